/// Where one TLS connection is between connect and close. Pure: an event in, an action out.
///
///     waiting ─ connected ─▶ handshaking ─ proved ─▶ open ─ closeOutput ─▶ weFinished ─┐
///                                 │                   │                                │ close_notify
///                                 │                   └─ close_notify ─▶ peerFinished  │
///                                 │                                        │ closeOutput
///                                 ▼                                        ▼           ▼
///     failed with an alert ─▶ lingering ─ input ended, or the deadline ─▶ closing ─ gone ─▶ closed
///
/// From every phase: `closeAll` → closing; a failure without an alert → closing; `gone` → closed. The transport ending
/// in `open` or `weFinished`, where the peer has not said close_notify, is a truncation (RFC 8446 §6.1).
enum ConnectionPhase: Equatable {
    /// The transport is not connected yet.
    case waiting
    /// Handshake messages only.
    case handshaking
    /// Both directions carry data.
    case open
    /// The peer sent close_notify; we may still write.
    case peerFinished
    /// We sent close_notify; the peer may still write.
    case weFinished
    /// Our alert is on its way; what still comes in is thrown away, so that the kernel does not answer it with a reset
    /// that overtakes the alert.
    case lingering
    /// Nothing more in either direction; the last bytes are leaving.
    case closing
    /// The transport is gone.
    case closed

    enum Event: Equatable {
        case connected
        case proved
        /// Something went wrong; `alerted`: an alert for the peer waits to be sent.
        case failed(alerted: Bool)
        case closeNotify(halfClosureAllowed: Bool)
        case closeOutput
        case closeAll
        /// The application wants it cut without close_notify, as a reset is passed on.
        case abandon
        /// The transport's input ended (a TCP FIN).
        case inputEnded
        /// The transport reported an error of its own, such as a reset.
        case transportFailed
        /// The transport closed.
        case gone
    }

    enum Action: Equatable {
        case nothing
        case startHandshake
        case announce
        /// Send the alert, end our output, wait for the peer to end its own.
        case sendAlertAndLinger
        /// Close the transport; nothing needs to be said.
        case close
        case sendCloseNotify
        case sendCloseNotifyAndClose
        case tellInputClosed
        case tellInputClosedAndClose
        /// Report `peerClosedDuringHandshake`, then close.
        case reportHandshakeCut
        /// Report `truncated`, then close.
        case reportTruncation
        /// Output is to end once the handshake is through and what was held back is written.
        case holdOutputClose
        /// It is already on its way: answer when the transport is closed.
        case awaitClose
        case refuseOutputClosed
    }

    /// Handshake bytes or records are still taken in.
    var reads: Bool { self == .handshaking || self == .open || self == .weFinished }
    /// Application data may be delivered.
    var delivers: Bool { self == .open || self == .weFinished }
    /// Application data may be sent.
    var sends: Bool { self == .open || self == .peerFinished }
    /// Application data offered now waits for the handshake.
    var holdsWrites: Bool { self == .waiting || self == .handshaking }

    mutating func apply(_ event: Event) -> Action {
        switch (self, event) {
        case (.closed, .closeAll), (.closing, .closeAll), (.lingering, .closeAll):
            return .awaitClose
        case (.closed, .closeOutput), (.closing, .closeOutput), (.lingering, .closeOutput), (.weFinished, .closeOutput):
            return .refuseOutputClosed
        case (.closed, _):
            return .nothing
        case (_, .abandon):
            self = .closing
            return .close

        case (.waiting, .connected):
            self = .handshaking
            return .startHandshake
        case (.handshaking, .proved):
            self = .open
            return .announce
        case (.waiting, .closeOutput), (.handshaking, .closeOutput):
            return .holdOutputClose
        case (.waiting, .closeAll), (.handshaking, .closeAll):
            self = .closing
            return .close

        case (.open, .closeOutput):
            self = .weFinished
            return .sendCloseNotify
        case (.open, .closeAll), (.peerFinished, .closeAll), (.peerFinished, .closeOutput):
            self = .closing
            return .sendCloseNotifyAndClose
        case (.weFinished, .closeAll):
            self = .closing
            return .close

        case (.open, .closeNotify(halfClosureAllowed: true)):
            self = .peerFinished
            return .tellInputClosed
        case (.open, .closeNotify(halfClosureAllowed: false)):
            self = .closing
            return .sendCloseNotifyAndClose
        case (.weFinished, .closeNotify(let halfClosureAllowed)):
            self = .closing
            return halfClosureAllowed ? .tellInputClosedAndClose : .close

        case (.waiting, .failed), (.closing, .failed), (.lingering, .failed):
            return .nothing
        case (_, .failed(alerted: true)):
            self = .lingering
            return .sendAlertAndLinger
        case (_, .failed(alerted: false)):
            self = .closing
            return .close

        case (.handshaking, .inputEnded):
            self = .closing
            return .reportHandshakeCut
        case (.open, .inputEnded), (.weFinished, .inputEnded):
            self = .closing
            return .reportTruncation
        case (.lingering, .inputEnded):
            self = .closing
            return .close

        case (.handshaking, .gone):
            self = .closed
            return .reportHandshakeCut
        case (.open, .gone), (.weFinished, .gone):
            self = .closed
            return .reportTruncation
        case (_, .gone):
            self = .closed
            return .nothing
        case (_, .transportFailed):
            // The transport's own error says more than "truncated" would; it closes itself after it.
            self = .closing
            return .nothing

        case (_, .connected), (_, .proved), (_, .closeNotify), (_, .inputEnded):
            return .nothing
        }
    }
}
