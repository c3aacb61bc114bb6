/// A device whose codes change each time it is asked (HOTP, RFC 4226), as it is kept between logins. A value, as `TimeCode` is.
public struct CounterCode: Sendable {
    public let secret: CodeSecret
    public let form: CodeForm
    /// Of the first code that is not used up.
    public let next: UInt64

    /// How many codes a device may be ahead, for its button was pressed for nothing. 3: "the server SHOULD … keep the
    /// look-ahead window as small as possible" (§7.4).
    public static let lookAhead: UInt64 = 3
    /// How far two codes in a row are looked for.
    public static let resynchronization: UInt64 = 100

    public init(_ secret: CodeSecret, form: CodeForm = .usual, next: UInt64 = 0) {
        self.secret = secret
        self.form = form
        self.next = next
    }

    /// §7.2: whether this is one of the next codes.
    /// - Returns: the device as it is from now on, with that code and those before it used up; nil: the code does not hold.
    public func taking(_ text: String) -> CounterCode? {
        guard let entered = form.entered(text) else { return nil }
        return place(of: [entered], within: Self.lookAhead)
    }

    /// §7.4: a device that is farther ahead shows two codes in a row.
    /// - Returns: the device as it is from now on; nil: they are not two in a row.
    public func resynchronized(_ first: String, _ second: String) -> CounterCode? {
        guard let first = form.entered(first), let second = form.entered(second) else { return nil }
        return place(of: [first, second], within: Self.resynchronization)
    }

    private func place(of codes: [UInt32], within window: UInt64) -> CounterCode? {
        let last = next.addingReportingOverflow(window + UInt64(codes.count))
        guard !last.overflow else { return nil }
        let made = (next..<last.partialValue).map { form.code(secret, $0) }
        guard let found = (0...Int(window)).first(where: { Array(made[$0..<($0 + codes.count)]) == codes }) else {
            return nil
        }
        return CounterCode(secret, form: form, next: next + UInt64(found + codes.count))
    }
}
