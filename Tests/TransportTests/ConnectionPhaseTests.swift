import Testing

@testable import SymbolonTransport

@Suite("The phases of a connection")
struct ConnectionPhaseTests {
    typealias Phase = ConnectionPhase
    struct Step: Sendable, CustomTestStringConvertible {
        let from: Phase
        let event: Phase.Event
        let action: Phase.Action
        let to: Phase
        var testDescription: String { "\(from) + \(event) → \(action), \(to)" }
        init(_ from: Phase, _ event: Phase.Event, _ action: Phase.Action, _ to: Phase) {
            (self.from, self.event, self.action, self.to) = (from, event, action, to)
        }
    }

    @Test(
        "goes",
        arguments: [
            Step(.waiting, .connected, .startHandshake, .handshaking),
            Step(.waiting, .closeAll, .close, .closing),
            Step(.waiting, .closeOutput, .holdOutputClose, .waiting),
            Step(.waiting, .gone, .nothing, .closed),
            Step(.handshaking, .connected, .nothing, .handshaking),
            Step(.handshaking, .proved, .announce, .open),
            Step(.handshaking, .failed(alerted: true), .sendAlertAndLinger, .lingering),
            Step(.handshaking, .failed(alerted: false), .close, .closing),
            Step(.handshaking, .closeOutput, .holdOutputClose, .handshaking),
            Step(.handshaking, .closeAll, .close, .closing),
            Step(.handshaking, .inputEnded, .reportHandshakeCut, .closing),
            Step(.handshaking, .gone, .reportHandshakeCut, .closed),
            Step(.handshaking, .transportFailed, .nothing, .closing),
            Step(.open, .closeNotify(halfClosureAllowed: true), .tellInputClosed, .peerFinished),
            Step(.open, .closeNotify(halfClosureAllowed: false), .sendCloseNotifyAndClose, .closing),
            Step(.open, .closeOutput, .sendCloseNotify, .weFinished),
            Step(.open, .closeAll, .sendCloseNotifyAndClose, .closing),
            Step(.open, .failed(alerted: true), .sendAlertAndLinger, .lingering),
            Step(.open, .inputEnded, .reportTruncation, .closing),
            Step(.open, .gone, .reportTruncation, .closed),
            Step(.open, .proved, .nothing, .open),
            Step(.peerFinished, .inputEnded, .nothing, .peerFinished),
            Step(.peerFinished, .closeOutput, .sendCloseNotifyAndClose, .closing),
            Step(.peerFinished, .closeAll, .sendCloseNotifyAndClose, .closing),
            Step(.peerFinished, .gone, .nothing, .closed),
            Step(.weFinished, .closeNotify(halfClosureAllowed: true), .tellInputClosedAndClose, .closing),
            Step(.weFinished, .closeNotify(halfClosureAllowed: false), .close, .closing),
            Step(.weFinished, .closeAll, .close, .closing),
            Step(.weFinished, .closeOutput, .refuseOutputClosed, .weFinished),
            Step(.weFinished, .gone, .reportTruncation, .closed),
            Step(.weFinished, .inputEnded, .reportTruncation, .closing),
            Step(.lingering, .closeAll, .awaitClose, .lingering),
            Step(.lingering, .inputEnded, .close, .closing),
            Step(.lingering, .failed(alerted: true), .nothing, .lingering),
            Step(.lingering, .gone, .nothing, .closed),
            Step(.closing, .closeAll, .awaitClose, .closing),
            Step(.closing, .failed(alerted: true), .nothing, .closing),
            Step(.closing, .gone, .nothing, .closed),
            Step(.handshaking, .abandon, .close, .closing),
            Step(.open, .abandon, .close, .closing),
            Step(.lingering, .abandon, .close, .closing),
            Step(.closed, .abandon, .nothing, .closed),
            Step(.closed, .closeAll, .awaitClose, .closed),
            Step(.closed, .connected, .nothing, .closed),
            Step(.closed, .proved, .nothing, .closed),
        ])
    func goes(step: Step) {
        var phase = step.from
        #expect(phase.apply(step.event) == step.action)
        #expect(phase == step.to)
    }

    @Test("data is delivered only when open or finished by us, and sent only when open or finished by the peer")
    func directions() {
        let all: [Phase] = [.waiting, .handshaking, .open, .peerFinished, .weFinished, .lingering, .closing, .closed]
        #expect(all.filter(\.delivers) == [.open, .weFinished])
        #expect(all.filter(\.sends) == [.open, .peerFinished])
        #expect(all.filter(\.holdsWrites) == [.waiting, .handshaking])
        #expect(all.filter(\.reads) == [.handshaking, .open, .weFinished])
    }
}
