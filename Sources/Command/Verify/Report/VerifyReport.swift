import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonVerification

/// The answer to one question, for a person and as JSON.
struct VerifyReport: Encodable {
    let verdict: String
    let failure: Failure?
    /// What stopped the other paths.
    let others: [Failure]?
    let proof: Proof?
    let basis: Basis
    /// Of a live endpoint.
    let endpoint: EndpointReport?
    private let tree: PathTree?

    /// What stopped a path.
    struct Failure: Encodable, Equatable {
        let reason: String
        let clause: String
        /// The place in the path, the leaf being 0.
        let certificate: Int?
        let subject: String?
        let detail: String
        let remedy: String

        /// - Parameter chain: the certificates that were given, since one that cannot be read has no subject.
        init(_ refusal: Refusal, in chain: FiledChain) {
            reason = refusal.reason
            clause = refusal.clause
            certificate = refusal.position
            detail = refusal.finding
            remedy = refusal.remedy
            if refusal.subject.isEmpty, let position = refusal.position {
                subject = position == 0 ? chain.leaf.place : chain.others[position - 1].place
            } else {
                subject = refusal.subject.isEmpty ? nil : refusal.subject
            }
        }
    }

    /// What was proved.
    struct Proof: Encodable {
        let identity: String
        let names: [String]
        /// From the leaf to the anchor.
        let path: [String]
        let policies: [String]
        let validUntil: Date
        let revocation: String

        init(_ peer: VerifiedPeer, _ demand: RevocationDemand) {
            identity = peer.identity.description
            names = peer.names.map(\.description)
            path = peer.path.wholePath.map(\.displayName)
            policies = peer.path.policies.map(\.description).sorted()
            validUntil = peer.validUntil
            switch (demand, peer.revocation) {
            case (.off, _): revocation = "not asked for"
            case (.required, .good(let from, _)): revocation = "good, as known on \(Moment.text(from))"
            case (.required, .revoked), (.required, .unknown): revocation = "unknown"
            }
        }
    }

    /// What the answer rests on.
    struct Basis: Encodable {
        let at: Date
        let purpose: String
        let profile: String
        let names: [String]
        let revocation: String
        let roots: [Root]

        struct Root: Encodable {
            let subject: String
            let from: String
        }
    }

    init(
        _ question: VerificationQuestion, _ answer: Result<VerifiedPeer, Refusal>, chain: FiledChain,
        roots: TrustedRoots, endpoint: EndpointReport? = nil
    ) {
        self.endpoint = endpoint
        basis = Basis(
            at: question.at, purpose: question.purpose.rawValue, profile: question.profile.rawValue,
            names: question.names.map(\.description), revocation: question.revocation.rawValue,
            roots: roots.roots.map { Basis.Root(subject: $0.certificate.displayName, from: $0.origin) })
        switch answer {
        case .success(let peer):
            verdict = "accepted"
            proof = Proof(peer, question.revocation)
            (failure, others) = (nil, nil)
            tree = PathTree(peer)
        case .failure(let refusal):
            verdict = "refused"
            proof = nil
            failure = Failure(refusal, in: chain)
            others = refusal.others.map { Failure($0, in: chain) }
            tree = PathTree(refusal)
        }
    }

    private enum CodingKeys: CodingKey {
        case verdict, reason, clause, certificate, subject, detail, remedy, others
        case identity, names, path, policies, validUntil, revocation, endpoint, basis
    }

    /// One flat object: the members that a line of a batch has, and more.
    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(verdict, forKey: .verdict)
        try failure?.encode(to: encoder)
        try members.encodeIfPresent(others, forKey: .others)
        try proof?.encode(to: encoder)
        try members.encodeIfPresent(endpoint, forKey: .endpoint)
        try members.encode(basis, forKey: .basis)
    }

    func lines(_ terminal: Terminal) -> [String] {
        var lines: [String] = []
        func row(_ label: String, _ value: String) {
            let text = value.printable.wrapped(to: terminal.width.map { $0 - 13 })
            for (index, line) in text.enumerated() {
                lines.append("  " + terminal.styled((index == 0 ? label : "").padded(to: 10), .dim) + " " + line)
            }
        }
        if let failure {
            let what = failure.subject.map { "\(Self.place(failure.certificate)) \"\($0)\"" } ?? "the chain as a whole"
            lines.append(terminal.styled("Refused: \(what.printable)", .red, .bold))
            row("why", failure.detail)
            row("rule", failure.clause)
            row("do", failure.remedy)
        } else if let proof {
            lines.append(terminal.styled("Accepted: \(proof.identity.printable)", .green, .bold))
            if proof.names.count > 1 { row("names", proof.names.joined(separator: ", ")) }
            let left = Moment.span(proof.validUntil.timeIntervalSince(basis.at))
            row("valid", "until \(Moment.text(proof.validUntil)), \(left) later: what ends first on the path")
            row("revocation", proof.revocation)
            if !proof.policies.isEmpty { row("policies", proof.policies.joined(separator: ", ")) }
        }
        let drawn = tree?.lines(terminal) ?? []
        if !drawn.isEmpty { lines += ["", failure == nil ? "The path" : "Tried"] + drawn.map { "  " + $0 } }
        // What stopped no path that could be drawn, such as a file that holds no certificate.
        for other in others ?? [] where other.reason == "malformed" || other.certificate == nil {
            lines.append(
                "  " + terminal.styled("✗ \(other.subject.map { "\($0): " } ?? "")\(other.detail)".printable, .red))
        }
        lines += endpoint?.lines(terminal) ?? []
        lines.append("")
        row("judged", judged)
        row("trusting", trusting)
        return lines
    }

    private static func place(_ certificate: Int?) -> String {
        switch certificate {
        case 0: "leaf"
        case let index?: "issuer \(index)"
        case nil: "trust anchor"
        }
    }

    private static let use = [
        "server": "a server", "client": "a client", "mail": "a mail user", "code": "a signer of programs",
    ]

    private var judged: String {
        let purpose =
            basis.purpose == "any" ? "for no particular purpose" : "as \(Self.use[basis.purpose] ?? basis.purpose)"
        let names = basis.names.isEmpty ? "under any name" : "named \(basis.names.joined(separator: " and "))"
        return "\(purpose), \(names), at \(Moment.text(basis.at)), by the profile \(basis.profile)"
    }

    /// 8: a person reads no more; JSON has them all.
    private var trusting: String {
        let shown = basis.roots.prefix(8).map { "\"\($0.subject)\" from \($0.from)" }.joined(separator: ", ")
        return basis.roots.count > 8 ? "\(shown) and \(basis.roots.count - 8) more" : shown
    }
}
