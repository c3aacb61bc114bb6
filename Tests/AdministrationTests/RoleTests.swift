import SymbolonAdministration
import Testing

@Suite("Roles") struct RoleTests {
    @Test("each may do what the one before it may") func order() {
        #expect(Role.allCases == Role.allCases.sorted())
        #expect(Role.viewer < .administrator)
    }
}
