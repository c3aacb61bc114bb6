/// How a stream ends, in the order that TLS asks for (RFC 8446 §6).
extension Stream {
    /// Sends what waits, then ends the output: a FIN, or close_notify and a FIN. Told by `streamOutputEnded`.
    package func endOutput() {
        guard isOpen, output == .open else { return }
        output = .ending
        outputLeft()
    }

    /// Closes in order: with TLS close_notify first, or what is left to say of an alert.
    package func close() {
        guard isOpen else { return }
        guard isSecure else { return closeTransport() }
        switch phase.apply(.closeAll) {
        case .sendCloseNotifyAndClose:
            sealCloseNotify()
            closeAfterOutput()
        case .close:
            clearAlarm()
            closeAfterOutput()
        default:
            break
        }
    }

    /// Ends it of this end's own will: the peer is told why, and has the closing deadline to read it. Returns whether it could
    /// be said: not where bytes that it was not sent yet would have to come before, and not outside of an open session.
    package func abandon(saying alert: TLSAlert) -> Bool {
        guard isOpen, isSecure, !hasQueue, phase.sends, let engine else { return false }
        lend(engine)
        guard engine.send(alert), phase.apply(.failed(alerted: true)) == .sendAlertAndLinger else { return false }
        sendSealed(engine)
        linger()
        return true
    }

    /// Everything that was to be sent is: close_notify is the last.
    func sayCloseNotify() {
        switch phase.apply(.closeOutput) {
        case .sendCloseNotify:
            output = .finishing
            sealCloseNotify()
            outputLeft()
        case .sendCloseNotifyAndClose:
            sealCloseNotify()
            owner?.streamOutputEnded()
            closeAfterOutput()
        default:
            break
        }
    }

    private func sealCloseNotify() {
        guard let engine else { return }
        lend(engine)
        engine.closeNotify()
        sendSealed(engine)
    }

    /// close_notify came.
    func peerFinished() {
        engine?.releaseInput()
        switch phase.apply(.closeNotify(halfClosureAllowed: true)) {
        case .tellInputClosed:
            owner?.streamInputEnded()
        case .tellInputClosedAndClose:
            owner?.streamInputEnded()
            if isOpen { closeAfterOutput() }
        default:
            break
        }
    }

    /// The transport's input ended. It was announced with close_notify, or is a failure.
    func recordsEnded() {
        switch phase.apply(.inputEnded) {
        case .reportHandshakeCut: report(.peerClosedDuringHandshake)
        case .reportTruncation: report(.truncated)
        case .close: closeTransport()
        default: break
        }
    }

    private func report(_ failure: TLSFailure) {
        clearAlarm()
        owner?.streamFailed(failure)
        closeTransport()
    }

    /// The transport is closed; whoever had not heard of its end hears of it now.
    func transportGone(telling owner: (any StreamOwner)?) {
        switch phase.apply(.gone) {
        case .reportHandshakeCut: owner?.streamFailed(TLSFailure.peerClosedDuringHandshake)
        case .reportTruncation: owner?.streamFailed(TLSFailure.truncated)
        default: break
        }
    }

    /// Ends the connection for `failure`: the alert that the library may have made goes out first, then the owner hears of it,
    /// then the transport is closed once the peer had its chance to read.
    func fail(_ failure: TLSFailure) {
        let action = phase.apply(.failed(alerted: engine?.hasOutput ?? false))
        guard action != .nothing else { return }
        clearAlarm()
        if action == .sendAlertAndLinger, let engine { sendSealed(engine) }
        owner?.streamFailed(failure)
        guard action == .sendAlertAndLinger, phase == .lingering else { return closeTransport() }
        linger()
    }

    /// Our alert is on its way: ends the output, and waits for the peer to end its own.
    private func linger() {
        guard isOpen, let tlsContext else { return }
        setAlarm(in: tlsContext.settings.closingDeadline)
        guard !isInputEnded else { return closeAfterOutput() }
        output = .finishing
        outputLeft()
        goOnLater()
    }
}
