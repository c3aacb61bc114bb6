internal import NIOCore

/// TLS in a stream: the handshake, and records in both directions.
extension Stream {
    /// 256 KiB: more than honest peers have on the way when they are refused; a flood ends the wait for the alert's reading.
    private static let largestDiscard = 1 << 18

    func beginHandshake() {
        guard let tlsContext, let verify, phase.apply(.connected) == .startHandshake else { return }
        self.verify = nil
        do throws(TLSFailure) {
            engine = try TLSEngine(context: tlsContext, serverName: serverName, verify: verify)
        } catch {
            return fail(error)
        }
        setAlarm(in: tlsContext.settings.handshakeDeadline)
        if !tlsContext.isServer { advanceHandshake() }
    }

    func receivedRecords(_ records: ByteBuffer) {
        guard phase.reads, let engine else { return discard(records.readableBytes) }
        engine.feed(records)
        if phase == .handshaking { advanceHandshake() }
        if phase.delivers { deliver(engine) }
        // An answer to a key update.
        if isOpen, engine.hasOutput { sendSealed(engine) }
        if !engine.hasInput { engine.releaseInput() }
    }

    private func advanceHandshake() {
        guard let engine else { return }
        lend(engine)
        switch engine.handshake() {
        case .needsInput:
            sendSealed(engine)
        case .needsRecord:
            // No gate is asked on streams: `TLS.init`.
            fail(.notOpen)
        case .failed(let failure):
            fail(failure)
        case .done:
            guard let facts = engine.facts(), phase.apply(.proved) == .announce else { return }
            clearAlarm()
            sendSealed(engine)
            owner?.streamProved(facts)
        }
    }

    /// Decrypts what has arrived and passes it on, in order.
    private func deliver(_ engine: TLSEngine) {
        while phase.delivers {
            var plaintext = ByteBuffer()
            swap(&plaintext, &loop.plaintext)
            plaintext.clear(minimumCapacity: StreamLoop.bufferSize)
            let outcome = engine.read(into: &plaintext)
            if !engine.hasInput { engine.releaseInput() }
            swap(&plaintext, &loop.plaintext)
            if loop.plaintext.readableBytes > 0 { owner?.streamReceived(loop.plaintext) }
            switch outcome {
            case .bytes: continue
            case .needsInput: return
            case .closeNotify: return peerFinished()
            case .failed(let failure): return fail(failure)
            }
        }
    }

    private func discard(_ count: Int) {
        guard phase == .lingering else { return }
        discarded += count
        if discarded > Self.largestDiscard { closeTransport() }
    }

    func seal(_ bytes: ByteBuffer) {
        guard phase.sends, let engine else { return }
        lend(engine)
        if let failure = engine.write(bytes) { return fail(failure) }
        sendSealed(engine)
    }

    /// The loop's own buffer takes what is sealed next.
    func lend(_ engine: TLSEngine) {
        guard !engine.hasOutput else { return }
        var room = ByteBuffer()
        swap(&room, &loop.sealed)
        room.clear(minimumCapacity: StreamLoop.bufferSize)
        engine.lendOutput(room)
    }

    func sendSealed(_ engine: TLSEngine) {
        loop.sealed = engine.takeOutput()
        send(loop.sealed)
    }
}
