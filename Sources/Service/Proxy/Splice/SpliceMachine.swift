/// A leg of a spliced connection: `front` was accepted, `back` was connected on its behalf.
enum Side: Equatable, Sendable {
    case front
    case back

    var other: Side { self == .front ? .back : .front }
}

/// How the end of one leg becomes the end of the other: a clean end passes as a clean end, a break as a break.
///
///     open ──one input ends──▶ halfOpen ──the other ends──▶ finishing ──both legs gone──▶ over
///       └───────┴────────── a leg breaks, or goes with bytes still owed ──────┴────────▶ over
///
/// TCP's half-close (RFC 9293 §3.6) and TLS's close_notify (RFC 8446 §6.1) both mean "I have sent all I had"; what is
/// still coming the other way is unharmed. Anything else must not look like a clean end, or a cut stream passes for a whole one.
struct SpliceMachine: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case open
        /// `ended` has sent all it had.
        case halfOpen(ended: Side)
        /// Both have sent all they had; what is buffered is being written out.
        case finishing
        /// As `finishing`, and this leg has closed already.
        case lastLeg(Side)
        case over
    }

    enum Event: Equatable, Sendable {
        /// The leg's peer has cleanly ended what it sends.
        case inputEnded(Side)
        /// The leg closed. `settled`: all that was owed to its peer had been written, and no error was seen.
        case gone(Side, settled: Bool)
        /// The leg failed: reset, truncated, or refused by its protocol.
        case broken(Side)
    }

    enum Action: Equatable, Sendable {
        case none
        /// Write out what is buffered for this leg, then end its output.
        case endOutput(Side)
        /// Close this leg so that its peer sees a break.
        case reset(Side)
        /// Both legs have closed cleanly.
        case finished
    }

    private(set) var state: State = .open

    mutating func apply(_ event: Event) -> Action {
        switch (state, event) {
        case (.over, _):
            return .none
        case (.open, .inputEnded(let side)):
            state = .halfOpen(ended: side)
            return .endOutput(side.other)
        case (.halfOpen(let ended), .inputEnded(let side)) where side != ended:
            state = .finishing
            return .endOutput(ended)
        case (.halfOpen(let ended), .gone(let side, settled: true)) where side != ended:
            // Its output had been ended and the end of its input closed it: both arrive as one event.
            state = .lastLeg(ended)
            return .endOutput(ended)
        case (.finishing, .gone(let side, settled: true)):
            state = .lastLeg(side.other)
            return .none
        case (.lastLeg(let last), .gone(let side, settled: true)) where side == last:
            state = .over
            return .finished
        case (.lastLeg(let last), .broken(let side)) where side != last:
            return .none
        case (_, .inputEnded):
            return .none
        case (.lastLeg(let last), .gone(let side, _)) where side != last:
            return .none
        case (_, .gone(let side, _)), (_, .broken(let side)):
            state = .over
            return .reset(side.other)
        }
    }
}
