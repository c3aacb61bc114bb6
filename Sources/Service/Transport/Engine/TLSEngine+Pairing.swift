internal import CNIOBoringSSL
import SymbolonKeys

/// A handshake that a code proves, seen from the engine.
///
///     certificates        every handshake that does not ask for pairing
///     asked ─ grant ─▶ granted ─ handshake ─▶ PairedByCode
///       └─ deny ─▶ denied
enum PairingStage: Equatable {
    /// Certificates prove the ends.
    case certificates
    /// On a server: the client names this invitation, and waits for what the gate says.
    case asked(Int)
    /// The code's keys are the only thing in place to prove either end with; on a server, by this record.
    case granted(Int, SPAKE2PlusRecord?)
    /// Nothing is open by the number that the client named, or it named none.
    case denied(Int?)
}

extension TLSEngine {
    /// On a server: whether a handshake may go on with what the client has said first.
    ///
    /// A client that asks for pairing gets it or nothing: no certificate is shown to it, and none taken from it.
    func selectCredential(_ hello: UnsafePointer<SSL_CLIENT_HELLO>) -> ssl_select_cert_result_t {
        guard context.pairingGate != nil else { return ssl_select_cert_success }
        switch pairing {
        case .granted: return ssl_select_cert_success
        case .denied: return ssl_select_cert_error
        case .asked: return ssl_select_cert_retry
        case .certificates:
            let offered = unsafe Self.extensionBytes(UInt16(TLSEXT_TYPE_application_layer_protocol_negotiation), hello)
            guard let offered, PairingHello.offersPairing(alpn: offered) else { return ssl_select_cert_success }
            let share = unsafe Self.extensionBytes(UInt16(TLSEXT_TYPE_pake), hello)
            guard let number = share.flatMap({ PairingHello.number(pake: $0) }) else {
                deny(nil)
                return ssl_select_cert_error
            }
            pairing = .asked(number)
            return ssl_select_cert_retry
        }
    }

    /// Goes on with the record of the invitation asked for.
    func grant(_ record: SPAKE2PlusRecord) -> TLSFailure? {
        guard case .asked(let number) = pairing else { return .notOpen }
        guard let credential = PairingCredential(record, number: number), install(credential) else {
            return .takeLast(handshakeLimit: 0)
        }
        pairing = .granted(number, record)
        return nil
    }

    /// Gives the handshake up: the client hears handshake_failure, whatever the reason.
    func deny(_ number: Int?) {
        pairing = .denied(number)
        refuse(.noOpenInvitation(number))
    }

    /// On a client: the secret is all that this connection proves, and all that it takes.
    func begin(_ secret: SPAKE2PlusSecret, number: Int) -> Bool {
        guard let credential = PairingCredential(secret, number: number), install(credential) else { return false }
        pairing = .granted(number, nil)
        return true
    }

    /// What a failure means where a code was to prove both ends.
    ///
    /// A client whose code does not fit what the server answered says illegal_parameter, in the clear: nobody vouches for
    /// that alert, but the end has come either way.
    func pairingFailure(_ failure: TLSFailure) -> TLSFailure {
        guard case .granted(let number, _) = pairing else { return failure }
        switch failure {
        case .malformed where ownAlert == TLSAlert.illegalParameter.rawValue:
            // draft-bmw-tls-pake13 §4.2: the server's confirmation does not verify.
            return .codeNotProved(number)
        case .peerAlert(.illegalParameter) where context.isServer:
            return .codeNotProved(number)
        case .peerAlert(.handshakeFailure) where !context.isServer,
            .peerAlert(.missingExtension) where !context.isServer,
            .peerAlert(.noApplicationProtocol) where !context.isServer:
            // Ours says the first; the others are what servers say that know nothing of pairing.
            return .noOpenInvitation(number)
        default:
            return failure
        }
    }

    /// RFC 7301 §3.2: our preference decides. Pairing is agreed on where a code proves the ends, and nowhere else.
    func chooseProtocol(from offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        let names =
            if case .granted = pairing { [PairingProtocol.alpn] } else { context.settings.alpn }
        return unsafe TLSContext.choose(names, from: offered)
    }

    private static func extensionBytes(_ type: UInt16, _ hello: UnsafePointer<SSL_CLIENT_HELLO>) -> [UInt8]? {
        var start: UnsafePointer<UInt8>?
        var count = 0
        guard unsafe SSL_early_callback_ctx_extension_get(hello, type, &start, &count) == 1 else { return nil }
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }
}

/// What a ClientHello says of pairing.
enum PairingHello {
    /// Whether the pairing protocol is in a ProtocolNameList (RFC 7301 §3.1).
    static func offersPairing(alpn: [UInt8]) -> Bool {
        var rest = alpn.dropFirst(2)
        while let length = rest.popFirst() {
            guard rest.count >= Int(length) else { return false }
            if rest.prefix(Int(length)).elementsEqual(PairingProtocol.alpn.utf8) { return true }
            rest = rest.dropFirst(Int(length))
        }
        return false
    }

    /// The invitation that a PAKEClientHello names: its first field is the client's identity (draft-bmw-tls-pake13 §4.1).
    static func number(pake: [UInt8]) -> Int? {
        guard pake.count > 2 else { return nil }
        let length = Int(pake[0]) << 8 | Int(pake[1])
        guard pake.count >= 2 + length else { return nil }
        return PairingProtocol.number(in: pake[2..<(2 + length)])
    }
}
