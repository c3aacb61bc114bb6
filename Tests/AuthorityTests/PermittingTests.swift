import SymbolonNames
import Synchronization
import Testing

@testable import SymbolonAuthority

@Suite("What an authority may certify grows, and is never taken back")
struct PermittingTests {
    private let first: Permission
    private let second: Permission

    init() throws {
        first = .dns(try DNSName("first.example"))
        second = .dns(try DNSName("second.example"))
    }

    @Test("what was read before something was permitted, and comes after it, takes nothing back")
    func staleReading() async throws {
        let house = try await House()
        let earlier = house.store.snapshot.authority
        #expect(try await house.authority.permit([first], actor: "operator") == [first])
        house.store.contents.withLock { $0.authority = earlier }
        try await house.authority.refreshPermissions()
        #expect(try await house.authority.permit([first], actor: "operator").isEmpty)
    }

    @Test("what another process permitted is taken up, beside what this one has")
    func taken() async throws {
        let house = try await House()
        _ = try await house.authority.permit([first], actor: "operator")
        house.store.contents.withLock { $0.authority = $0.authority?.permitting([second]) }
        #expect(!house.authority.configuration.lacking([second]).isEmpty)
        try await house.authority.refreshPermissions()
        #expect(house.authority.configuration.lacking([first, second]).isEmpty)
    }
}
