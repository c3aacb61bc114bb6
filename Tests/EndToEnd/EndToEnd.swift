import Testing

/// The built executable on real sockets; one scenario a file. One after another: several measure how long something takes.
@Suite(.serialized) enum EndToEnd {}
