/// The nine places between the steps of issuance where a test may end the process.
package enum FaultPoint: String, CaseIterable, Sendable {
    case authorized, serialReserved, built, linted, intentPrepared, intentRecorded, signed, compared, stored
}

/// What a test may do to issuance. The default does nothing.
package struct IssuanceFaults: Sendable {
    package var reach: @Sendable (FaultPoint) -> Void
    /// Changes what the key is given to sign, after it was linted.
    package var alter: @Sendable (inout [UInt8]) -> Void

    package init(
        reach: @escaping @Sendable (FaultPoint) -> Void = { _ in },
        alter: @escaping @Sendable (inout [UInt8]) -> Void = { _ in }
    ) {
        self.reach = reach
        self.alter = alter
    }

    package static let none = IssuanceFaults()
}
