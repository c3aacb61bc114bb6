import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("Other verifiers agree with ours, or it is written down why not")
struct VerdictAgreementTests {
    /// Whose commands are asked about each chain by itself.
    private static let peers: [Peer] = [.openssl, .gnutls, .cryptography]

    private struct Row: Sendable {
        let title: String
        let refusal: String?
        let verdicts: [Peer: Verdict]

        var accepting: Set<Peer> { Set(verdicts.filter { $0.value == .accepts }.keys) }
        var refusing: [Peer: String] {
            verdicts.compactMapValues { if case .refuses(let why) = $0 { why } else { nil } }
        }
    }

    @Test(
        "what the authority issues is accepted by all for its purpose, and by none for another",
        arguments: KeyAlgorithm.allCases)
    func issued(_ algorithm: KeyAlgorithm) async throws {
        let rows = try rows(try await IssuedChains(algorithm).cases)
        check(rows)
        // service and workload as servers; client, workload, person and device as clients; mail as a mailbox.
        #expect(rows.count { $0.refusal == nil } == 7)
    }

    @Test("good chains are accepted by all", arguments: KeyAlgorithm.allCases)
    func good(_ algorithm: KeyAlgorithm) throws {
        let chain = TestPKI.goodChain(algorithm).atNow
        let presented = [chain.leafDER, chain.issuingDER]
        let root = chain.rootDER
        let rows = try rows([
            ChainCase(
                "\(algorithm): good server", algorithm: algorithm, for: .server, as: "dns:web.example.internal",
                chain: presented, root: root),
            ChainCase(
                "\(algorithm): good client", algorithm: algorithm, for: .client, as: nil, chain: presented, root: root),
        ])
        check(rows)
        #expect(rows.allSatisfy { $0.refusal == nil })
    }

    @Test("with one thing changed, we accept nothing that another refuses, and refuse alone only what is listed")
    func spoiled() throws {
        let rows = try rows(SpoiledChains.all.map(\.chainCase))
        #expect(Set(rows.map(\.title)).count == rows.count, "two cases have one title")
        check(rows)
        let titles = Set(rows.map(\.title))
        for title in Disagreements.stricter.keys where !titles.contains(title) { Issue.record("no case: \(title)") }
        for title in Disagreements.looser.keys where !titles.contains(title) { Issue.record("no case: \(title)") }
    }

    private func rows(_ chains: [ChainCase]) throws -> [Row] {
        let python = try PythonVerify.verdicts(on: chains)
        return try zip(chains, python).map { chain, python in
            Row(
                title: chain.title, refusal: chain.refusal(at: ChainCase.now).map { "\($0)" },
                verdicts: [
                    .openssl: try OpenSSLVerify.verdict(on: chain), .gnutls: try GnuTLSVerify.verdict(on: chain),
                    .cryptography: python,
                ])
        }
    }

    private func check(_ rows: [Row]) {
        for row in rows {
            row.refusal == nil ? checkAccepted(row) : checkRefused(row)
        }
        print(Self.table(rows))
    }

    private func checkAccepted(_ row: Row) {
        let listed = Disagreements.looser[row.title]
        for (peer, why) in row.refusing where !(listed?.peers.contains(peer) ?? false) {
            Issue.record("\(row.title): we accept, \(peer) refuses: \(why)")
        }
        if listed != nil, row.refusing.isEmpty { Issue.record("\(row.title): listed, and no peer refuses it") }
        #expect(!row.accepting.isEmpty, "\(row.title): we alone accept")
        if let stale = Disagreements.stricter[row.title] {
            Issue.record("\(row.title): we accept; listed: \(stale.because)")
        }
    }

    private func checkRefused(_ row: Row) {
        let listed = Disagreements.stricter[row.title]
        let unlisted = row.accepting.subtracting(listed?.peers ?? [])
        if !unlisted.isEmpty {
            Issue.record(
                "\(row.title): accepted by \(unlisted.map(\.rawValue).sorted()), refused here: \(row.refusal ?? "")")
        }
        if listed != nil, row.accepting.isEmpty { Issue.record("\(row.title): listed, and no peer accepts it") }
        if let stale = Disagreements.looser[row.title] {
            Issue.record("\(row.title): we refuse; listed: \(stale.because)")
        }
    }

    private static func table(_ rows: [Row]) -> String {
        let width = (rows.map(\.title.count).max() ?? 0) + 2
        func line(_ title: String, _ cells: [String], _ note: String) -> String {
            title.padding(toLength: width, withPad: " ", startingAt: 0)
                + cells.map { $0.padding(toLength: 14, withPad: " ", startingAt: 0) }.joined() + note
        }
        let head = line("chain", ["ours"] + Self.peers.map(\.rawValue), "")
        return
            ([head]
            + rows.map { row in
                line(
                    row.title,
                    [row.refusal == nil ? "yes" : "no"] + Self.peers.map { row.verdicts[$0]?.word ?? "" },
                    Disagreements.stricter[row.title]?.because ?? Disagreements.looser[row.title]?.because ?? "")
            }).joined(separator: "\n")
    }
}
