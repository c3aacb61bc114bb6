internal import CNIOBoringSSL
internal import NIOCore

/// One `SSL`: bytes in, bytes out, and the verdict on the peer. It knows no channel; the handler that owns it does.
///
/// Ownership. `ssl` is made in `init` and freed in `deinit`, nowhere else. The BIO belongs to `ssl`, which has its only
/// references. `pipe` is freed after `ssl`, so the BIO never outlives it. `ssl` holds a reference to the `SSL_CTX`, whose
/// callbacks read `context`; the engine retains `context`, so these reads are to a live object. `ssl` carries an
/// unretained pointer to the engine: the library calls back only from inside `SSL_…` calls, all of which are made by the
/// engine's own methods, so the engine is alive whenever the pointer is read, and there is no retain cycle.
/// Not `Sendable`: it stays on the event loop of its handler.
@safe final class TLSEngine {
    enum Progress { case done, needsInput, needsRecord(Int), failed(TLSFailure) }
    enum ReadOutcome { case bytes, needsInput, closeNotify, failed(TLSFailure) }

    let context: TLSContext
    let requestedName: String?
    private let ssl: OpaquePointer
    private let pipe: UnsafeMutablePointer<RecordPipe>
    /// Dropped with the handshake, and what it captured with it.
    private var verify: ((PresentedPeer) -> PeerVerdict)?
    private var verified: (any Sendable)?
    /// Why a callback of ours said no: more exact than the library's word for it.
    private var refusal: TLSFailure?
    private var recordsUnderKey = 0
    private var version: TLSVersion = .tls13
    /// Noted when a server asks its client for a certificate, by which time it has proved that it holds its own key.
    private(set) var certificateRequest: CertificateRequest?
    /// Whether a code stands in for certificates, and how far that is.
    var pairing = PairingStage.certificates

    /// - Parameter serverName: what a client asks for; anything but a DNS host name is not sent (RFC 6066 §3).
    init(context: TLSContext, serverName: String?, verify: @escaping (PresentedPeer) -> PeerVerdict) throws(TLSFailure)
    {
        guard let ssl = unsafe SSL_new(context.pointer) else { throw .takeLast(handshakeLimit: 0) }
        let pipe = UnsafeMutablePointer<RecordPipe>.allocate(capacity: 1)
        unsafe pipe.initialize(to: RecordPipe())
        guard let bio = unsafe RecordPipe.makeBIO(over: pipe) else {
            unsafe SSL_free(ssl)
            unsafe pipe.deinitialize(count: 1)
            unsafe pipe.deallocate()
            throw .takeLast(handshakeLimit: 0)
        }
        // One reference serves as both directions.
        unsafe SSL_set_bio(ssl, bio, bio)
        self.context = context
        self.verify = verify
        unsafe self.ssl = ssl
        unsafe self.pipe = pipe
        requestedName = context.isServer ? nil : serverName
        unsafe SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
        // An idle connection keeps nothing it needed only to shake hands.
        unsafe SSL_set_shed_handshake_config(ssl, 1)
        if context.isServer {
            unsafe SSL_set_accept_state(ssl)
        } else {
            unsafe SSL_set_connect_state(ssl)
            unsafe SSL_enable_ocsp_stapling(ssl)
            if let name = serverName.flatMap({ HostName($0) }) { unsafe SSL_set_tlsext_host_name(ssl, name.text) }
        }
        if case .begins(let secret, let number) = context.pairing, !begin(secret, number: number) {
            throw .takeLast(handshakeLimit: 0)
        }
    }

    deinit {
        unsafe SSL_free(ssl)
        unsafe pipe.deinitialize(count: 1)
        unsafe pipe.deallocate()
    }

    /// The engine behind an `SSL` that the library hands to a callback.
    static func behind(_ ssl: OpaquePointer?) -> TLSEngine? {
        guard let ssl = unsafe ssl, let pointer = unsafe SSL_get_ex_data(ssl, 0) else { return nil }
        return unsafe Unmanaged<TLSEngine>.fromOpaque(pointer).takeUnretainedValue()
    }

    // MARK: Bytes

    /// Whether received bytes wait to be read.
    var hasInput: Bool { unsafe pipe.pointee.inbound.readableBytes > 0 }
    /// Received bytes that wait to be read, and so nearly the data that a read can yield.
    var inputCount: Int { unsafe pipe.pointee.inbound.readableBytes }
    /// Data of a record that is decrypted but did not fit into the last read's buffer.
    var pendingCount: Int { unsafe Int(SSL_pending(ssl)) }

    /// Takes bytes from the peer; nothing is copied unless earlier ones still wait.
    func feed(_ bytes: ByteBuffer) {
        if unsafe pipe.pointee.inbound.readableBytes == 0 {
            unsafe pipe.pointee.inbound = bytes
        } else {
            var bytes = bytes
            unsafe pipe.pointee.inbound.writeBuffer(&bytes)
        }
    }

    /// Lets go of memory that an idle connection does not need.
    func releaseInput() { unsafe pipe.pointee.inbound = ByteBuffer() }

    /// Whether anything waits to be sent.
    var hasOutput: Bool { unsafe pipe.pointee.outbound.readableBytes > 0 }

    /// What waits to be sent.
    func takeOutput() -> ByteBuffer {
        let output = unsafe pipe.pointee.outbound
        unsafe pipe.pointee.outbound = ByteBuffer()
        return output
    }

    /// Whether records for `count` more bytes fit behind what waits to be sent without moving it.
    func outputFits(_ count: Int) -> Bool { unsafe pipe.pointee.outbound.writableBytes >= sealedSize(of: count) }

    /// Makes room for the records of `count` bytes; nothing must be waiting.
    func reserveOutput(for count: Int, from allocator: ByteBufferAllocator) {
        // 512: the answers that follow a small request usually share one buffer.
        unsafe pipe.pointee.outbound = allocator.buffer(capacity: max(512, sealedSize(of: count)))
    }

    /// Lends room for what is to be sent, unless something waits already: `takeOutput` gives it back.
    func lendOutput(_ room: ByteBuffer) {
        if !hasOutput { unsafe pipe.pointee.outbound = room }
    }

    /// RFC 8446 §5.2: at most 2^14 bytes a record, each with its header, type and tag.
    private func sealedSize(of count: Int) -> Int {
        unsafe count + (count / Int(SSL3_RT_MAX_PLAIN_LENGTH) + 1) * SSL_max_seal_overhead(ssl)
    }

    // MARK: The session

    func handshake() -> Progress {
        let result = unsafe SSL_do_handshake(ssl)
        if result == 1 { return conclude() }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .needsInput
        case SSL_ERROR_PENDING_CERTIFICATE:
            if case .asked(let number) = pairing { return .needsRecord(number) }
            return .failed(handshakeFailure())
        default: return .failed(pairingFailure(hybridFailure(handshakeFailure())))
        }
    }

    /// What a failure means where a hybrid key exchange is demanded. RFC 8446 §4.1.1: who finds no group in common says
    /// handshake_failure.
    private func hybridFailure(_ failure: TLSFailure) -> TLSFailure {
        guard context.settings.keyExchange == .hybrid, unsafe SSL_get_group_id(ssl) == 0 else { return failure }
        switch failure {
        case .nothingInCommon(TLSFailure.noSharedGroup): return .noHybridKeyExchange(nil)
        case .peerAlert(let alert)
        where !context.isServer && [.handshakeFailure, .insufficientSecurity].contains(alert):
            return .noHybridKeyExchange(alert)
        default: return failure
        }
    }

    /// The library's failure, or the alert in the clear that it could not open.
    ///
    /// A client that does not trust our certificate may say so before it has changed to the handshake's keys, as OpenSSL's
    /// does. Nobody vouches for such an alert; it names the reason of an end that has come either way.
    private func handshakeFailure() -> TLSFailure {
        let failure = takeFailure()
        guard case .malformed = failure, let code = unsafe pipe.pointee.plaintextAlert else { return failure }
        // RFC 8446 §6.2: whoever gets an alert answers nothing; the library would say bad_record_mac.
        unsafe pipe.pointee.outbound = ByteBuffer()
        return TLSFailure(alertCode: code)
    }

    private func conclude() -> Progress {
        verify = nil
        // The code's keys were alone in place: nothing else can have proved the peer.
        if case .granted(let number, let record) = pairing { verified = PairedByCode(number: number, record: record) }
        // RFC 8446 §4.4.2: the client's certificate list was empty, and the library asked nobody about it.
        if verified == nil, context.mayBeUnproved, unsafe SSL_get0_peer_certificates(ssl) == nil {
            verified = UnprovedPeer()
        }
        guard isBound else { return .failed(.noExtendedMasterSecret) }
        // Tickets and caches are off; should a resumption slip through all the same, it did not verify the peer.
        guard unsafe SSL_session_reused(ssl) == 0, verified != nil else {
            return .failed(.malformed("session resumed without verification"))
        }
        version = unsafe SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12
        return .done
    }

    /// Decrypts into the writable part of `buffer`, which must not be empty, until it is full or input runs out.
    ///
    /// `needsInput` and the endings may come with bytes.
    func read(into buffer: inout ByteBuffer) -> ReadOutcome {
        while buffer.writableBytes > 0 {
            var result: CInt = 0
            let room = buffer.writableBytes
            unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { space in
                result = unsafe SSL_read(ssl, space.baseAddress, CInt(clamping: space.count))
                return max(0, Int(result))
            }
            if result > 0 {
                // A record shorter than the room, and nothing behind it: asking again would only hear "not yet".
                if Int(result) < room, !hasInput { return .needsInput }
                continue
            }
            switch unsafe SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return .needsInput
            case SSL_ERROR_ZERO_RETURN: return .closeNotify
            default: return .failed(takeFailure())
            }
        }
        return .bytes
    }

    /// Seals `bytes` behind what waits to be sent.
    func write(_ bytes: ByteBuffer) -> TLSFailure? {
        recordsUnderKey += bytes.readableBytes / Int(SSL3_RT_MAX_PLAIN_LENGTH) + 1
        if recordsUnderKey > context.settings.recordsPerKey, version == .tls13 {
            recordsUnderKey = 0
            guard unsafe SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 else { return takeFailure() }
        }
        let written = unsafe bytes.withUnsafeReadableBytes { source -> Bool in
            var rest = unsafe source
            while unsafe !rest.isEmpty {
                let result = unsafe SSL_write(ssl, rest.baseAddress, CInt(clamping: rest.count))
                guard result > 0 else { return false }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[Int(result)...])
            }
            return true
        }
        return written ? nil : takeFailure()
    }

    /// RFC 8446 §6.2: seals an error alert behind what waits to be sent; nothing can be sent after it. False when the session
    /// takes none any more.
    func send(_ alert: TLSAlert) -> Bool {
        let isSealed = unsafe SSL_send_fatal_alert(ssl, alert.rawValue) == 1
        ERR_clear_error()
        return isSealed && hasOutput
    }

    /// RFC 8446 §6.1: seals close_notify behind what waits to be sent. Does nothing within a handshake.
    func closeNotify() {
        unsafe SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// RFC 7627, or TLS 1.3, whose every key covers the whole handshake.
    private var hasExtendedMasterSecret: Bool { unsafe SSL_get_extms_support(ssl) == 1 }

    /// The proofs are bound to this connection, or nothing rests on them.
    private var isBound: Bool { hasExtendedMasterSecret || !context.settings.requiresExtendedMasterSecret }

    /// RFC 8446 §7.5 and RFC 9266. TLS 1.2 without extended master secret has no exporter that binds the channel.
    func exporter(label: String, length: Int) throws(TLSFailure) -> [UInt8] {
        guard hasExtendedMasterSecret else { throw .notOpen }
        var secret = [UInt8](repeating: 0, count: length)
        let done = unsafe SSL_export_keying_material(ssl, &secret, length, label, label.utf8.count, nil, 0, 0)
        guard done == 1 else { throw takeFailure() }
        return secret
    }

    /// Makes `credential` all that this connection can be proved with.
    func install(_ credential: borrowing PairingCredential) -> Bool { unsafe credential.install(in: ssl) }

    /// Why a decision of ours ends the handshake.
    func refuse(_ failure: TLSFailure) { refusal = failure }

    /// The code of the alert that waits to be sent, where it is in the clear.
    var ownAlert: UInt8? {
        let output = unsafe pipe.pointee.outbound.readableBytesView.suffix(7)
        guard output.count == 7, output.first == UInt8(SSL3_RT_ALERT) else { return nil }
        return output.last
    }

    private func takeFailure() -> TLSFailure {
        let library = TLSFailure.takeLast(handshakeLimit: context.settings.maximumHandshakeBytes)
        return refusal ?? library
    }

    // MARK: Called back by the library

    /// RFC 8446 §4.4.2.4: judges the peer's certificates; returns the alert of a refusal.
    func judgePeer() -> TLSAlert? {
        // RFC 7627 §1: without it a proof can be relayed to a connection with other ends (triple handshake).
        guard isBound else {
            refusal = .noExtendedMasterSecret
            return .handshakeFailure
        }
        guard let verify else {
            refusal = .peerRefused(.internalError)
            return .internalError
        }
        var chain: [[UInt8]] = []
        if let stack = unsafe SSL_get0_peer_certificates(ssl) {
            for index in unsafe 0..<OPENSSL_sk_num(stack) {
                guard let item = unsafe OPENSSL_sk_value(stack, index) else { continue }
                let certificate = OpaquePointer(item)
                unsafe chain.append(
                    Array(
                        UnsafeBufferPointer(
                            start: CRYPTO_BUFFER_data(certificate), count: CRYPTO_BUFFER_len(certificate))))
            }
        }
        let presented = PresentedPeer(
            chain: chain, stapledAnswer: stapledAnswer, serverName: context.isServer ? serverName : requestedName)
        switch verify(presented) {
        case .accepted(let value):
            verified = value
            return nil
        case .refused(let said):
            let alert = said == .closeNotify ? .certificateUnknown : said
            refusal = .peerRefused(alert)
            return alert
        }
    }

    /// RFC 8446 §4.3.2: the server asks for our certificate.
    func noteCertificateRequest() { certificateRequest = unsafe Self.certificateRequest(of: ssl) }

    /// Empty is as good as none.
    private var stapledAnswer: [UInt8]? {
        var start: UnsafePointer<UInt8>?
        var count = 0
        unsafe SSL_get0_ocsp_response(ssl, &start, &count)
        return unsafe count > 0 ? Array(UnsafeBufferPointer(start: start, count: count)) : nil
    }

    /// RFC 6066 §3: whether the name that the client asks for is served here. A name that is no host name never is.
    func acceptsServerName() -> Bool {
        if case .granted = pairing { return true }
        guard let bytes = requestedNameBytes else {
            guard context.acceptedServerNames != nil else { return true }
            refusal = .serverNameRefused(nil)
            return false
        }
        if let name = HostName(bytes), context.acceptedServerNames?.contains(name) ?? true { return true }
        refusal = .serverNameRefused(TLSFailure.escaped(bytes))
        return false
    }

    /// The host name of the handshake, in lower case.
    private var serverName: String? {
        context.isServer
            ? requestedNameBytes.flatMap { HostName($0)?.text } : requestedName.flatMap { HostName($0)?.text }
    }

    private var requestedNameBytes: [UInt8]? {
        guard let text = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else { return nil }
        return unsafe Array(String(cString: text).utf8)
    }

    // MARK: Facts

    /// What was agreed on; `nil` before the handshake is through.
    func facts() -> SessionFacts? {
        guard let verified else { return nil }
        return unsafe SessionFacts(
            version: version,
            cipher: Self.text(SSL_get_current_cipher(ssl).flatMap { unsafe SSL_CIPHER_standard_name($0) }),
            group: isPaired
                ? "SPAKE2PLUS_V1" : Self.text(SSL_get_group_name(SSL_get_group_id(ssl))),
            peerSignatureAlgorithm: isPaired
                ? "none"
                : Self.text(
                    SSL_get_signature_algorithm_name(SSL_get_peer_signature_algorithm(ssl), version == .tls13 ? 1 : 0)),
            serverName: serverName,
            alpn: alpn,
            verified: verified,
            certificateRequest: certificateRequest)
    }

    private var isPaired: Bool { verified is PairedByCode }

    /// The application protocol agreed on, as soon as the server has said so.
    var alpn: String? {
        var bytes: UnsafePointer<UInt8>?
        var count: CUnsignedInt = 0
        unsafe SSL_get0_alpn_selected(ssl, &bytes, &count)
        guard count > 0 else { return nil }
        return unsafe TLSFailure.escaped(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    private static func text(_ name: UnsafePointer<CChar>?) -> String {
        unsafe name.map { unsafe String(cString: $0) } ?? "unknown"
    }
}
