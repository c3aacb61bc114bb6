public import NIOCore

extension TLSHandler {
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        let event: ConnectionPhase.Event
        switch mode {
        case .output: event = .closeOutput
        case .all: event = .closeAll
        case .input:
            // TLS has no word for "I will not read": only the peer ends its direction.
            promise?.fail(ChannelError.operationUnsupported)
            return
        }
        switch phase.apply(event) {
        case .holdOutputClose:
            hold(closeOutput: promise)
        case .sendCloseNotify:
            engine?.closeNotify()
            emit(context)
            context.flush()
            context.close(mode: .output, promise: promise)
        case .sendCloseNotifyAndClose:
            engine?.closeNotify()
            closeAfterOutput(context, promise: promise)
        case .close:
            cancelAlarm()
            failHeld()
            closeAfterOutput(context, promise: promise)
        case .awaitClose:
            context.channel.closeFuture.cascade(to: promise)
        default:
            promise?.fail(ChannelError.outputClosed)
        }
    }

    public func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let abandon = event as? AbandonConnection else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        if let alert = abandon.alert, phase.sends, engine?.send(alert) == true,
            phase.apply(.failed(alerted: true)) == .sendAlertAndLinger
        {
            context.channel.closeFuture.cascade(to: promise)
            emit(context)
            context.flush()
            failHeld()
            return linger(context)
        }
        guard phase.apply(.abandon) == .close else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        failHeld()
        closePromise?.succeed(())
        closePromise = promise
        closeTransport(context)
    }

    /// close_notify came.
    func peerFinished(_ context: ChannelHandlerContext) {
        engine?.releaseInput()
        let allowed = (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false
        switch phase.apply(.closeNotify(halfClosureAllowed: allowed)) {
        case .tellInputClosed:
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .tellInputClosedAndClose:
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            closeAfterOutput(context, promise: nil)
        case .sendCloseNotifyAndClose:
            engine?.closeNotify()
            closeAfterOutput(context, promise: nil)
        case .close:
            closeAfterOutput(context, promise: nil)
        default:
            break
        }
    }

    /// Ends the connection for `failure`: the alert that the library may have made goes out first, then the application
    /// hears of it, then the transport is closed once the peer had its chance to read.
    func fail(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
        let action = phase.apply(.failed(alerted: engine?.hasOutput ?? false))
        guard action != .nothing else { return }
        pairingTry?.failure = failure
        cancelAlarm()
        if action == .sendAlertAndLinger {
            emit(context)
            context.flush()
        }
        failHeld()
        context.fireErrorCaught(failure)
        guard action == .sendAlertAndLinger, phase == .lingering else { return closeTransport(context) }
        linger(context)
    }

    /// Our alert is on its way: ends the output, and waits for the peer to end its own.
    private func linger(_ context: ChannelHandlerContext) {
        setAlarm(in: tlsContext.settings.closingDeadline, context)
        let ended = context.eventLoop.makePromise(of: Void.self)
        ended.futureResult.assumeIsolated().whenFailure { [weak self] _ in
            // A transport without half-closure has to be closed at once.
            guard let self, let context = pipelineContext else { return }
            closeTransport(context)
        }
        context.close(mode: .output, promise: ended)
        context.read()
    }

    /// Closes once what was written has left, or at the closing deadline.
    private func closeAfterOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        closePromise = promise
        let written = context.eventLoop.makePromise(of: Void.self)
        var isWritten = false
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            isWritten = true
            guard let self, let context = pipelineContext else { return }
            closeTransport(context)
        }
        emit(context, promise: written)
        context.flush()
        if !isWritten { setAlarm(in: tlsContext.settings.closingDeadline, context) }
    }

    func closeTransport(_ context: ChannelHandlerContext) {
        cancelAlarm()
        let promise = closePromise
        closePromise = nil
        context.close(mode: .all, promise: promise)
    }

    // MARK: Deadlines

    /// One at a time: the handshake's, then the closing's.
    func setAlarm(in delay: TimeAmount, _ context: ChannelHandlerContext) {
        cancelAlarm()
        alarm = try? context.eventLoop.assumeIsolated().scheduleCallback(in: delay, handler: Alarm(handler: self))
    }

    func cancelAlarm() {
        alarm?.cancel()
        alarm = nil
    }

    private struct Alarm: NIOScheduledCallbackHandler {
        weak var handler: TLSHandler?

        func handleScheduledCallback(eventLoop: some EventLoop) { handler?.alarmRang() }
    }

    private func alarmRang() {
        alarm = nil
        guard let context = pipelineContext else { return }
        if phase == .handshaking {
            fail(.handshakeTimedOut(after: tlsContext.settings.handshakeDeadline), context)
        } else {
            closeTransport(context)
        }
    }
}
