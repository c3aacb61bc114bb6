import NIOCore
import SymbolonKeys

/// A try at a code on this connection: told of once when it ends.
struct PairingTry {
    let gate: any PairingGate
    let number: Int
    let address: SocketAddress?
    var failure: TLSFailure?

    func ended(_ failure: TLSFailure?) {
        let (gate, number, address) = (gate, number, address)
        Task { await gate.ended(number, from: address, failure: failure) }
    }
}

extension TLSHandler {
    /// Asks the gate, off the event loop; what arrives meanwhile waits, and the handshake's deadline runs on.
    func askGate(_ number: Int, _ context: ChannelHandlerContext) {
        guard let gate = tlsContext.pairingGate, !isGateAsked else { return }
        isGateAsked = true
        let address = context.remoteAddress
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        Task {
            let record = await gate.admit(number, from: address)
            eventLoop.execute {
                bound.value.gateAnswered(PairingTry(gate: gate, number: number, address: address), record)
            }
        }
    }

    /// A try that was counted is accounted for also when the connection is gone by now.
    private func gateAnswered(_ attempt: PairingTry, _ record: SPAKE2PlusRecord?) {
        guard phase == .handshaking, let engine, let context = pipelineContext else {
            if record != nil { attempt.ended(.peerClosedDuringHandshake) }
            return
        }
        if let record {
            pairingTry = attempt
            if let failure = engine.grant(record) { return fail(failure, context) }
        } else {
            engine.deny(attempt.number)
        }
        advanceHandshake(context)
    }

    /// To be called when the handshake is through, and when the handler goes.
    func endPairingTry(_ failure: TLSFailure?) {
        pairingTry?.ended(failure)
        pairingTry = nil
    }
}
