import NIOCore
import SymbolonKeys

/// A try at a code on this connection: told of once when it ends.
struct PairingTry {
    let gate: any PairingGate
    let number: Int
    let record: SPAKE2PlusRecord
    let address: SocketAddress?
    var failure: TLSFailure?

    func ended(_ failure: TLSFailure?) {
        let (gate, number, record, address) = (gate, number, record, address)
        Task { await gate.ended(number, record: record, from: address, failure: failure) }
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
                let attempt = record.map { PairingTry(gate: gate, number: number, record: $0, address: address) }
                bound.value.gateAnswered(number, attempt)
            }
        }
    }

    /// A try that was counted is accounted for also when the connection is gone by now.
    private func gateAnswered(_ number: Int, _ attempt: PairingTry?) {
        guard phase == .handshaking, let engine, let context = pipelineContext else {
            attempt?.ended(.peerClosedDuringHandshake)
            return
        }
        if let attempt {
            pairingTry = attempt
            if let failure = engine.grant(attempt.record) { return fail(failure, context) }
        } else {
            engine.deny(number)
        }
        advanceHandshake(context)
    }

    /// To be called when the handshake is through, and when the handler goes.
    func endPairingTry(_ failure: TLSFailure?) {
        pairingTry?.ended(failure)
        pairingTry = nil
    }
}
