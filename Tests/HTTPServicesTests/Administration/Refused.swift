import SymbolonAdministration
import Testing

/// Expects that an operation is not performed, and why.
/// - Parameter word: what the explanation says.
func refused(
    _ kind: AdministrationFailure.Kind, _ operation: some AdministrativeOperation, as caller: any Administration,
    saying word: String = " ", sourceLocation: SourceLocation = #_sourceLocation
) async {
    do throws(AdministrationFailure) {
        _ = try await caller.perform(operation)
        Issue.record("\(operation) was performed", sourceLocation: sourceLocation)
    } catch {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        #expect("\(error.what) \(error.why ?? "")".contains(word), "\(error)", sourceLocation: sourceLocation)
    }
}
