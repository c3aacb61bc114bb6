import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

/// One case of x509-limbo, as its JSON has it.
private struct LimboCase: Decodable {
    struct PeerName: Decodable {
        let kind: String
        let value: String
    }

    let id: String
    let features: [String]
    let validationKind: String
    let trustedCerts: [String]
    let untrustedIntermediates: [String]
    let peerCertificate: String
    let validationTime: String?
    let expectedResult: String
    let expectedPeerName: PeerName?
    let extendedKeyUsage: [String]
    let maxChainDepth: Int?

    var group: String { id.split(separator: ":").first.map(String.init) ?? id }
    var isGood: Bool { expectedResult == "SUCCESS" }
}

private struct LimboSuite: Decodable {
    let testcases: [LimboCase]
}

@Suite("x509-limbo: the published cases, surveyed", .enabled(if: PublishedVectors.areHere))
struct LimboSurvey {
    /// Cases that the suite refuses and we accept, each with the reason.
    private static let divergences: [String: String] = {
        let commonName = "CommonName decides nothing (RFC 9525 §2): what it says beside the names is not read"
        let publicSuffix = "needs the Public Suffix List, which speaks of the public Web; private names are not on it"
        return [
            "webpki::cn::ipv4-hex-mismatch": commonName,
            "webpki::cn::ipv6-uncompressed-mismatch": commonName,
            "webpki::cn::utf8-vs-punycode-mismatch": commonName,
            "webpki::cn::not-in-san": commonName,
            "webpki::cn::case-mismatch": commonName,
            "webpki::san::public-suffix-multi-label-wildcard-san": publicSuffix,
            "webpki::san::public-suffix-private-namespace-wildcard-san": publicSuffix,
        ]
    }()

    /// Cases that the suite accepts and we refuse, each with the reason.
    private static let stricter: [String: String] = [
        "rfc5280::ca-as-leaf": "an authority's certificate is no peer's (webpki::ca-as-leaf says so too)",
        "rfc5280::nc::permitted-dn-match": "directoryName constraints are not compared, so they refuse",
    ]

    @Test("nothing that the suite refuses is accepted, and what it accepts is, but for the listed cases")
    func survey() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = Data(try PublishedVectors.read("x509-limbo/limbo-part.json.gz"))
        let cases = try decoder.decode(LimboSuite.self, from: data).testcases
        var table = SurveyTable()
        for one in cases {
            // A case with lists hangs on them, and lists are not read here.
            guard !one.features.contains("has-crl") else {
                table.skip(one.group)
                continue
            }
            let refusal = try verdict(one)
            let isRight = one.isGood == (refusal == nil)
            table.count(one.group, isRight: isRight)
            let reason = one.isGood ? Self.stricter[one.id] : Self.divergences[one.id]
            switch (isRight, reason) {
            case (true, nil), (false, .some): continue
            case (true, let reason?): Issue.record("\(one.id) is right now, and listed: \(reason)")
            case (false, nil):
                Issue.record(
                    "\(one.id) should be \(one.expectedResult): \(refusal.map { String(describing: $0) } ?? "accepted")"
                )
            }
        }
        print(table.text)
        #expect(cases.count >= 578)
    }

    /// Nil when the case is accepted.
    private func verdict(_ one: LimboCase) throws -> (any Error)? {
        do {
            // An anchor that cannot be read is not there.
            let anchors = one.trustedCerts.compactMap { try? CertificateBundle(pem: $0).certificates.first }
            var chain: [[UInt8]] = []
            for text in [one.peerCertificate] + one.untrustedIntermediates {
                chain.append(try der(text))
            }
            var budget = WorkBudget()
            if let depth = one.maxChainDepth { budget.maximumDepth = depth }
            let purpose: Purpose = one.validationKind == "CLIENT" ? .client : .server
            let names = try one.expectedPeerName.map { [try reference($0)] } ?? []
            let expectation = Expectation(
                purpose, names: names, revocation: .bestEffort(because: "the cases without lists say nothing of it"))
            _ = try Verifier(anchors: anchors.map { TrustAnchor($0) }, budget: budget)
                .verify(PresentedChain(der: chain), expecting: expectation, at: try time(one.validationTime))
            return nil
        } catch {
            return error
        }
    }

    private func der(_ pem: String) throws -> [UInt8] {
        let body = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        return Array(try #require(Data(base64Encoded: body)))
    }

    private func reference(_ name: LimboCase.PeerName) throws -> ReferenceName {
        switch name.kind {
        case "DNS": .dns(try DNSName(name.value))
        case "IP": .ip(try IPAddress(name.value))
        default: .mail(try Mailbox(name.value))
        }
    }

    /// Cases without a time were made to hold at any time of ours; noon is one.
    private func time(_ text: String?) throws -> Date {
        guard let text else { return noon }
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        if let date = formatter.date(from: text) { return date }
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return try #require(formatter.date(from: text))
    }
}

/// Right and wrong answers by group, as lines.
private struct SurveyTable {
    private struct Row {
        var right = 0
        var wrong = 0
        var skipped = 0
    }

    private var rows: [String: Row] = [:]

    mutating func count(_ group: String, isRight: Bool) {
        if isRight { rows[group, default: Row()].right += 1 } else { rows[group, default: Row()].wrong += 1 }
    }

    mutating func skip(_ group: String) {
        rows[group, default: Row()].skipped += 1
    }

    var text: String {
        rows.sorted { $0.key < $1.key }
            .map {
                "x509-limbo \($0.key): \($0.value.right) right, \($0.value.wrong) wrong, \($0.value.skipped) skipped"
            }
            .joined(separator: "\n")
    }
}
