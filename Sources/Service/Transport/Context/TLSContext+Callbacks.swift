internal import CNIOBoringSSL

extension TLSContext {
    /// What the library asks back while it shakes hands. Each callback finds its engine through the `SSL`, and refuses
    /// when there is none; none of them can trap.
    func configureCallbacks() {
        let mode =
            mayBeUnproved ? SSL_VERIFY_PEER : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        unsafe SSL_CTX_set_custom_verify(pointer, mode) { ssl, alert in
            let refusal = unsafe TLSEngine.behind(ssl).map { $0.judgePeer() } ?? .internalError
            guard let refusal else { return ssl_verify_ok }
            unsafe alert?.pointee = refusal.rawValue
            return ssl_verify_invalid
        }
        if pairingGate != nil {
            unsafe SSL_CTX_set_select_certificate_cb(pointer) { hello in
                guard let hello = unsafe hello, let engine = unsafe TLSEngine.behind(hello.pointee.ssl) else {
                    return ssl_select_cert_error
                }
                return unsafe engine.selectCredential(hello)
            }
        }
        if isServer {
            unsafe SSL_CTX_set_tlsext_servername_callback(pointer) { ssl, alert, _ in
                if unsafe TLSEngine.behind(ssl)?.acceptsServerName() == true { return SSL_TLSEXT_ERR_OK }
                unsafe alert?.pointee = CInt(TLSAlert.unrecognizedName.rawValue)
                return SSL_TLSEXT_ERR_ALERT_FATAL
            }
        }
        if !isServer {
            unsafe SSL_CTX_set_cert_cb(
                pointer,
                { ssl, _ in
                    unsafe TLSEngine.behind(ssl)?.noteCertificateRequest()
                    return 1
                }, nil)
        }
        guard !alpnWire.isEmpty || pairingGate != nil else { return }
        if isServer {
            unsafe SSL_CTX_set_alpn_select_cb(
                pointer,
                { ssl, selected, selectedCount, offered, offeredCount, _ in
                    // RFC 7301 §3.2: without a common protocol, no_application_protocol.
                    guard let engine = unsafe TLSEngine.behind(ssl), let offered = unsafe offered else {
                        return SSL_TLSEXT_ERR_ALERT_FATAL
                    }
                    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
                    guard let choice = unsafe engine.chooseProtocol(from: list) else {
                        return engine.context.alpnWire.isEmpty ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_ALERT_FATAL
                    }
                    // The answer points into the client's own list, which outlives the callback.
                    unsafe selected?.pointee = offered + choice.lowerBound
                    unsafe selectedCount?.pointee = UInt8(truncatingIfNeeded: choice.count)
                    return SSL_TLSEXT_ERR_OK
                }, nil)
        } else {
            unsafe SSL_CTX_set_alpn_protos(pointer, alpnWire, alpnWire.count)
        }
    }

    /// Where in `offered`, a list of length-prefixed names, the first of `names` stands that is in it.
    static func choose(_ names: [String], from offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for name in names {
            var position = 0
            while position < offered.count {
                let start = position + 1
                let end = unsafe start + Int(offered[position])
                guard end <= offered.count else { return nil }
                if unsafe offered[start..<end].elementsEqual(name.utf8) { return start..<end }
                position = end
            }
        }
        return nil
    }
}
