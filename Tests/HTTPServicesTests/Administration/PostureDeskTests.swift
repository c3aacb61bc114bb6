import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAuthority
import SymbolonClients
import SymbolonStorage
import SymbolonTestSupport
import Testing

@Suite("Signals of machines, reported to the authority")
struct PostureDeskTests {
    private let served: ServedAuthority
    private let asked: any Administration

    init() async throws {
        served = try await ServedAuthority.start()
        asked = try served.remote(try await served.person("ann", .administrator))
    }

    private func id(_ name: String) -> String { "spiffe://\(ServedAuthority.domain)/\(name)" }

    @Test("Z03: what is reported holds for its time, is listed with who said it, and is withdrawn; the record has both")
    func reported() async throws {
        let report = ReportPosture(
            subjects: [id("laptop"), id("phone")], signals: ["healthy", "patched"], seconds: 600)
        let said = try await asked.perform(report)
        #expect(said.changeCounter == 1)
        #expect(try #require(said.until).timeIntervalSinceNow > 500)
        var listed = try await asked.perform(ListPosture()).signals
        #expect(listed.map(\.signal) == ["healthy", "patched", "healthy", "patched"])
        #expect(listed.allSatisfy { $0.reportedBy.contains("person/ann") })
        let taken = try await asked.perform(WithdrawPosture(subjects: [id("laptop")], signals: ["healthy", "other"]))
        #expect(taken.changeCounter == 2 && taken.until == nil)
        // Nothing of it holds any more, so there is nothing to tell.
        let again = try await asked.perform(WithdrawPosture(subjects: [id("laptop")], signals: ["healthy"]))
        #expect(again.changeCounter == nil)
        listed = try await asked.perform(ListPosture()).signals
        #expect(listed.map(\.subject) == [id("laptop"), id("phone"), id("phone")])
        let kinds = try await asked.perform(ListAuditEntries(last: 100)).entries.map(\.kind)
        #expect(kinds.count { $0 == "posture.reported" } == 1 && kinds.count { $0 == "posture.withdrawn" } == 1)
    }

    @Test("Z03: a reporter reports what it was permitted, and nothing else, until that is taken; others do not")
    func reporters() async throws {
        let scanner = try served.remote(try await served.person("scanner", profile: .workload))
        let viewer = try served.remote(try await served.person("vera", .viewer))
        let good = ReportPosture(subjects: [id("device/a")], signals: ["healthy"], seconds: 60)
        await refused(.forbidden, good, as: scanner, saying: "no reporter")
        await refused(.forbidden, good, as: viewer, saying: "no reporter")
        let permitted = try await asked.perform(
            PermitReporter(identity: id("scanner"), signals: ["healthy", "patched"], subjects: ["device/**", "till"]))
        #expect(permitted.subjects == [id("device/**"), id("till")])
        #expect(try await scanner.perform(good).changeCounter == 1)
        await refused(
            .forbidden, ReportPosture(subjects: [id("device/a")], signals: ["healthy", "quarantined"], seconds: 60),
            as: scanner, saying: "may not report quarantined")
        await refused(
            .forbidden, ReportPosture(subjects: [id("device/a"), id("person/bob")], signals: ["healthy"], seconds: 60),
            as: scanner, saying: "may not report of \(id("person/bob"))")
        await refused(
            .forbidden, WithdrawPosture(subjects: [id("person/bob")], signals: ["healthy"]), as: scanner)
        // It sees nothing.
        await refused(.forbidden, ListPosture(), as: scanner)
        #expect(
            try await scanner.perform(WithdrawPosture(subjects: [id("device/a")], signals: ["healthy"])).changeCounter
                == 2)
        #expect(try await asked.perform(ListReporters()).reporters.map(\.identity) == [id("scanner")])
        _ = try await asked.perform(RemoveReporter(identity: id("scanner")))
        await refused(.forbidden, good, as: scanner)
        await refused(.notFound, RemoveReporter(identity: id("scanner")), as: asked)
        // Operators need no permission.
        let oscar = try served.remote(try await served.person("oscar", .operator))
        #expect(try await oscar.perform(good).changeCounter == 3)
    }

    @Test("what is no report changes nothing")
    func nonsense() async throws {
        for (seconds, signal, subject) in [
            (0, "healthy", id("a")), (86_401, "healthy", id("a")), (60, "Not A Word", id("a")), (60, "", id("a")),
            (60, "healthy", "laptop"), (60, "healthy", "spiffe://\(ServedAuthority.domain)"),
        ] {
            await refused(
                .malformed, ReportPosture(subjects: [subject], signals: [signal], seconds: seconds), as: asked)
        }
        await refused(.malformed, ReportPosture(subjects: [], signals: ["healthy"], seconds: 60), as: asked)
        await refused(.malformed, ReportPosture(subjects: [id("a")], signals: [], seconds: 60), as: asked)
        await refused(
            .tooLarge, ReportPosture(subjects: (0...1000).map { id("a\($0)") }, signals: ["healthy"], seconds: 60),
            as: asked)
        // Few names, and much text: two dozen of 2,041 octets are more than 48 KiB.
        let long = (10..<35).map { id("\($0)" + String(repeating: "/x", count: 1006)) }
        await refused(.tooLarge, ReportPosture(subjects: long, signals: ["healthy"], seconds: 60), as: asked)
        for pattern in ["adm*", String(repeating: "x/", count: 1024) + "**"] {
            await refused(
                .malformed, PermitReporter(identity: id("s"), signals: ["healthy"], subjects: [pattern]), as: asked)
        }
        await refused(.malformed, PermitReporter(identity: id("s"), signals: ["healthy"], subjects: []), as: asked)
        await refused(
            .refused, PermitReporter(identity: "spiffe://other.example/s", signals: ["healthy"], subjects: ["a"]),
            as: asked)
        #expect(try await asked.perform(ListPosture()).signals.isEmpty)
        #expect(try await served.store.changeCounter() == 0)
    }
}
