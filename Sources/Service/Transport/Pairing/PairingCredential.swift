internal import CNIOBoringSSL
import SymbolonKeys

/// A SPAKE2+ credential in the library's form, for one handshake: the library too answers no second try with it.
@safe struct PairingCredential: ~Copyable {
    private let pointer: OpaquePointer

    /// For the end that begins.
    init?(_ secret: SPAKE2PlusSecret, number: Int) {
        let client = PairingProtocol.clientIdentity(number)
        let server = PairingProtocol.serverIdentity
        let context = PairingProtocol.context
        let made = unsafe secret.w0.withUnsafeBytes { w0 in
            unsafe secret.w1.withUnsafeBytes { w1 in
                unsafe SSL_CREDENTIAL_new_spake2plusv1_client(
                    context, context.count, client, client.count, server, server.count, 1,
                    w0.baseAddress?.assumingMemoryBound(to: UInt8.self), w0.count,
                    w1.baseAddress?.assumingMemoryBound(to: UInt8.self), w1.count)
            }
        }
        guard let made = unsafe made else { return nil }
        unsafe pointer = made
    }

    /// For the end that answers.
    init?(_ record: SPAKE2PlusRecord, number: Int) {
        let client = PairingProtocol.clientIdentity(number)
        let server = PairingProtocol.serverIdentity
        let context = PairingProtocol.context
        let made = unsafe record.w0.withUnsafeBytes { w0 in
            unsafe record.registrationRecord.withUnsafeBytes { point in
                unsafe SSL_CREDENTIAL_new_spake2plusv1_server(
                    context, context.count, client, client.count, server, server.count, 1,
                    w0.baseAddress?.assumingMemoryBound(to: UInt8.self), w0.count,
                    point.baseAddress?.assumingMemoryBound(to: UInt8.self), point.count)
            }
        }
        guard let made = unsafe made else { return nil }
        unsafe pointer = made
    }

    deinit { unsafe SSL_CREDENTIAL_free(pointer) }

    /// Makes it the only thing that `ssl` can prove itself with. The `SSL` takes a reference of its own.
    borrowing func install(in ssl: OpaquePointer) -> Bool {
        unsafe SSL_certs_clear(ssl)
        return unsafe SSL_add1_credential(ssl, pointer) == 1
    }
}
