import Foundation
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("symbolon verify --batch: every published case that is here, in one run", .enabled(if: PublishedVectors.areHere))
struct BatchTests {
    /// One case on its way through the executable.
    private struct Question {
        let line: [String: Any]
        let suite: String
        let id: String
        let group: String
        let isGood: Bool
        /// The valid policies, where the suite says which.
        var policies: [String]?
    }

    @Test("X01, X10, X12, X22, X25: verdicts and policies are the suites', in the order of the questions")
    func verdicts() throws {
        let questions = try Self.limbo() + Self.pkits()
        var input: [UInt8] = []
        for (number, question) in questions.enumerated() {
            let line = question.line.merging(["id": number], uniquingKeysWith: { $1 })
            input += try JSONSerialization.data(withJSONObject: line)
            input.append(UInt8(ascii: "\n"))
        }
        let started = ContinuousClock.now
        let done = try run(BuiltProgram.path("symbolon"), ["verify", "--batch", "-"], input: input)
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        print("verify --batch: \(questions.count) cases, \(Int(Double(questions.count) / seconds)) a second")
        #expect(done.status == 0, "\(done.err)")

        let answers = try done.out.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
        #expect(answers.count == questions.count)
        var tables: [String: VerdictTable] = [:]
        for (number, (question, answer)) in zip(questions, answers).enumerated() {
            #expect((answer["id"] as? NSNumber)?.intValue == number)
            let verdict = answer["verdict"] as? String
            let isRight =
                verdict == (question.isGood ? "accepted" : "refused")
                && (!question.isGood || question.policies.map { $0 == answer["policies"] as? [String] } ?? true)
            tables[
                question.suite,
                default: VerdictTable(question.suite, diverging: Divergence.limbo + Divergence.pkits)
            ]
            .count(question.id, in: question.group, isRight: isRight, "\(answer)")
        }
        for table in tables.values {
            print(table.text)
            for complaint in table.complaints { Issue.record("\(complaint)") }
        }
    }

    private static func limbo() throws -> [Question] {
        try VerificationProfile.all.flatMap { profile in
            try LimboCase.all().filter { !LimboTests.isSkipped($0, under: profile) }.map { one in
                Question(
                    line: one.line(under: profile), suite: "x509-limbo [\(profile.name)]", id: one.id, group: one.group,
                    isGood: one.isGood)
            }
        }
    }

    private static func pkits() throws -> [Question] {
        let suite = try PKITSSuite.read()
        return suite.tests.map { one in
            Question(
                line: suite.line(of: one), suite: "PKITS", id: one.name, group: one.section, isGood: one.shouldValidate,
                policies: one.userConstrainedPolicySet.map(suite.dotted).sorted())
        }
    }
}

extension LimboCase {
    /// The case as a line of a batch.
    fileprivate func line(under profile: VerificationProfile) -> [String: Any] {
        var line: [String: Any] = [
            "leaf": peerCertificate, "intermediates": untrustedIntermediates, "roots": trustedCerts,
            // Cases without a time were made to hold at any time of ours; noon is one.
            "at": validationTime ?? "2026-06-01T12:00:00Z", "profile": profile.name,
            "purpose": validationKind == "CLIENT" ? "client" : "server",
            "names": ([expectedPeerName].compactMap(\.self) + (expectedPeerNames ?? [])).map(\.referenceName),
        ]
        if let crls, !crls.isEmpty { line["crls"] = crls }
        if let maxChainDepth { line["maxDepth"] = maxChainDepth }
        return line
    }
}

extension LimboCase.PeerName {
    fileprivate var referenceName: String {
        switch kind {
        case "DNS": "dns:\(value)"
        case "IP": "ip:\(value)"
        default: "mail:\(value)"
        }
    }
}

extension PKITSSuite {
    /// The case as a line of a batch.
    fileprivate func line(of one: Case) -> [String: Any] {
        let chain = one.certs.map { Self.pem("CERTIFICATE", certs[$0]) }
        return [
            "leaf": chain[chain.count - 1], "intermediates": Array(chain.dropFirst().dropLast()), "roots": [chain[0]],
            "at": validationTime, "profile": "rfc5280", "revocation": "required",
            "crls": one.crls.map { Self.pem("X509 CRL", crls[$0]) },
            "initialPolicies": one.initialPolicySet.map(dotted), "requireExplicitPolicy": one.initialExplicitPolicy,
            "inhibitPolicyMapping": one.initialPolicyMappingInhibit, "inhibitAnyPolicy": one.initialInhibitAnyPolicy,
        ]
    }

    private static func pem(_ label: String, _ base64: String?) -> String {
        "-----BEGIN \(label)-----\n\(base64 ?? "")\n-----END \(label)-----\n"
    }
}
