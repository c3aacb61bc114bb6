import ArgumentParser
import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonVerification
import SymbolonWire

/// What `symbolon verify` is asked, beside the certificates.
struct QuestionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Trust these roots; repeatable (default: the authority of the home).", valueName: "file"))
    var root: [String] = []
    @Option(help: "What the certificate is to be used for (default: any; with --connect: server).")
    var purpose: Purpose?
    @Option(
        help: ArgumentHelp(
            "It must have this name; repeatable: dns:…, ip:…, mail:…, spiffe://… or uri:….", valueName: "name"))
    var name: [String] = []
    @Option(
        help: ArgumentHelp("Judge as of this moment, as in 2026-06-01T12:00:00Z (default: now).", valueName: "time"))
    var at: String?
    @Option(help: ArgumentHelp("A revocation list; repeatable.", valueName: "file"))
    var crl: [String] = []
    @Option(help: ArgumentHelp("An OCSP answer; repeatable.", valueName: "file"))
    var ocsp: [String] = []
    @Option(help: ArgumentHelp("A revocation filter, complete or an update; repeatable.", valueName: "file"))
    var filter: [String] = []
    @Option(
        help: ArgumentHelp(
            "Whether all must be known to be unrevoked (default: required where lists, answers, filters or a home can tell).",
            valueName: "mode"))
    var revocation: RevocationDemand?
    @Option(help: "The rules: what a modern verifier asks, or no more than the RFC.")
    var profile: NamedProfile = .strict
    @Option(help: ArgumentHelp("The path must be valid for this policy; repeatable, one suffices.", valueName: "oid"))
    var policy: [String] = []

    /// The question about a chain, all files read.
    func question(about chain: FiledChain, trusting roots: TrustedRoots) throws -> VerificationQuestion {
        var question = VerificationQuestion(leaf: chain.leaf.der, at: Date())
        question.intermediates = chain.others.map(\.der)
        question.roots = roots.roots.map(\.certificate.der)
        question.trustDomain = roots.trustDomain
        if let at { question.at = try Input.parse(at, as: "a time", RFC3339.parse) }
        question.purpose = purpose ?? .any
        question.names = try name.map { try Input.parse($0, as: "a name", ReferenceName.init) }
        question.sources = RevocationSources(
            snapshot: roots.revocations ?? .none, lists: try crl.flatMap(QuestionFiles.lists),
            answers: try ocsp.map(QuestionFiles.answer), filters: try filter.map(QuestionFiles.filter))
        let canTell = roots.revocations != nil || !crl.isEmpty || !ocsp.isEmpty || !filter.isEmpty
        question.revocation = revocation ?? (canTell ? .required : .off)
        question.profile = profile
        if !policy.isEmpty {
            let accepted = try policy.map { text in
                guard let policy = ObjectIdentifier(policy: text) else {
                    throw Complaint(
                        what: "\"\(text.printable)\" is not a policy", why: "it is no object identifier such as 1.2.3",
                        exit: .undecided)
                }
                return policy
            }
            question.policies = PolicyExpectation(initialPolicies: Set(accepted), requiresExplicitPolicy: true)
        }
        return question
    }
}
