internal import SymbolonNames

/// Text of a caller's, on its way to a value.
enum Asked {
    static func parse<Value>(
        _ text: String, _ kind: String, _ parse: (String) throws(NameFailure) -> Value
    ) throws(AdministrationFailure) -> Value {
        do {
            return try parse(text)
        } catch {
            throw AdministrationFailure(
                .malformed, what: "\(text.debugDescription) is not \(kind)", why: error.explanation)
        }
    }

    static func parse<Value>(
        _ text: String, _ kind: String, _ parse: (String) -> Value?
    ) throws(AdministrationFailure) -> Value {
        guard let value = parse(text) else {
            throw AdministrationFailure(.malformed, what: "\(text.debugDescription) is not \(kind)")
        }
        return value
    }
}
