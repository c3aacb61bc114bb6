import Testing

/// Programs that others wrote, on real sockets at the far ends of `protect` and `reach`.
@Suite("Real programs at the far end", .serialized, .timeLimit(.minutes(3))) enum RealPeers {}
