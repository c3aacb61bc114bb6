/// Values that operators type: parsed once, refused with the reason that the parser gives.
enum Input {
    static func parse<Value, Failure: Error>(
        _ text: String, as kind: String, _ parse: (String) throws(Failure) -> Value
    ) throws -> Value {
        do {
            return try parse(text)
        } catch {
            throw Complaint(
                what: "\"\(text.printable)\" is not \(kind)", why: ExplainedError.text(error), exit: .undecided)
        }
    }
}
