/// An authority as its operators work with it: in this process, or at the other end of a connection.
///
/// Every operation is a value (`Operations/`); who performs it decides whether the caller may, and writes it down.
public protocol Administration: Sendable {
    func perform<Operation: AdministrativeOperation>(
        _ operation: Operation
    ) async throws(AdministrationFailure) -> Operation.Answer
}
