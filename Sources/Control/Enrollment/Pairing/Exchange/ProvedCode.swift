public import SymbolonKeys

/// What a handshake proved: to know the words of one invitation, and of no other that had or will have its number.
public struct ProvedCode: Equatable, Sendable {
    public let number: Int
    /// What the handshake was answered with.
    let record: SPAKE2PlusRecord

    public init(number: Int, record: SPAKE2PlusRecord) {
        self.number = number
        self.record = record
    }
}
