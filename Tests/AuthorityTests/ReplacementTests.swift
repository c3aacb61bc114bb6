import Foundation
import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("An issuer in strange hands is replaced")
struct ReplacementTests {
    @Test("another takes its place at once; it is taken back when all have changed over")
    func changedOver() async throws {
        let dynasty = try await Dynasty()
        let first = dynasty.store.snapshot.issuers[1]
        var held: [SerialNumber] = []
        for number in 0..<3 { held.append(try await dynasty.issue("web\(number)").serialNumber) }
        let old = try await dynasty.succession.replace(
            compromised: first.name, by: noon + 1 * .hour, patience: .zero, actor: "alice")
        #expect(old.state == .superseded)
        #expect(old.replacement == Issuer.Replacement(begun: noon, by: noon + 1 * .hour))
        #expect(dynasty.authority.key != first.key)
        dynasty.heard()
        for (number, serial) in held.enumerated() {
            #expect(try await dynasty.succession.finishReplacements(actor: "node").isEmpty)
            #expect(try await dynasty.succession.progress(of: first.name).remaining == 3 - number)
            _ = try await dynasty.issue("web\(number)", replacing: serial)
        }
        #expect(try await dynasty.succession.finishReplacements(actor: "node").map(\.issuer.key) == [first.key])
        #expect(dynasty.issuer(first.name)?.revocation == Revocation(.cACompromise, since: noon))
        #expect(try await dynasty.rootList(dynasty.store.snapshot.issuers[0])?.count == 1)
        await #expect(throws: SuccessionFailure.self) {
            try await dynasty.succession.activate(first.name, evenSo: true, actor: "alice")
        }
    }

    @Test("whoever has not changed over by the deadline is refused from then on, and not before")
    func deadline() async throws {
        let dynasty = try await Dynasty()
        let first = dynasty.store.snapshot.issuers[1]
        _ = try await dynasty.issue()
        _ = try await dynasty.succession.replace(
            compromised: first.name, by: noon + 1 * .hour, patience: .zero, actor: "alice")
        dynasty.heard()
        dynasty.clock.set(noon + 1 * .hour - 1)
        #expect(try await dynasty.succession.finishReplacements(actor: "node").isEmpty)
        dynasty.clock.set(noon + 1 * .hour)
        #expect(try await dynasty.succession.finishReplacements(actor: "node").map(\.remaining) == [1])
        #expect(dynasty.issuer(first.name)?.state == .retired)
        #expect(try await dynasty.succession.finishReplacements(actor: "node").isEmpty)
    }

    @Test("interrupted, it goes on; the deadline can be moved; one that is prepared is used")
    func resumed() async throws {
        let dynasty = try await Dynasty()
        let first = dynasty.store.snapshot.issuers[1]
        let spare = try #require(try await dynasty.succession.prepare(.issuing, actor: "alice").last)
        _ = try await dynasty.succession.replace(
            compromised: first.name, by: noon + 1 * .hour, patience: .zero, actor: "alice")
        #expect(dynasty.authority.key == spare.key)
        _ = try await dynasty.issue()
        // Another process, on what was durable.
        let after = try await Dynasty(on: dynasty.store.snapshot, of: dynasty.creation, keys: dynasty.keys)
        #expect(try await after.succession.replacements().map(\.issuer.key) == [first.key])
        let again = try await after.succession.replace(
            compromised: first.name, by: noon + 600, patience: .zero, actor: "bob")
        #expect(again.replacement == Issuer.Replacement(begun: noon, by: noon + 600))
        #expect(after.store.snapshot.issuers.count == 3)
        await #expect(throws: SuccessionFailure.deadlinePassed(noon - 1)) {
            try await after.succession.replace(compromised: first.name, by: noon - 1, patience: .zero, actor: "bob")
        }
    }

    @Test("a compromised root is replaced with all below it")
    func root() async throws {
        let dynasty = try await Dynasty()
        let (root, first) = (dynasty.store.snapshot.issuers[0], dynasty.store.snapshot.issuers[1])
        _ = try await dynasty.succession.replace(
            compromised: root.name, by: noon + 1 * .hour, patience: .zero, actor: "alice")
        #expect(dynasty.authority.root != root.certificate)
        dynasty.heard()
        for _ in 0..<2 { _ = try await dynasty.succession.finishReplacements(actor: "node") }
        #expect(dynasty.issuer(first.name)?.state == .retired)
        #expect(dynasty.issuer(root.name)?.state == .retired)
        #expect(dynasty.authority.anchors == [dynasty.authority.root])
    }
}
