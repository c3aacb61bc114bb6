import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage

/// The roots that a question rests on, and what comes with them.
struct TrustedRoots: Sendable {
    struct Root: Sendable {
        let certificate: Certificate
        let origin: String
    }

    let roots: [Root]
    /// Of a home's own authority; else whatever the certificates name.
    var trustDomain: TrustDomain?
    /// What a home knows of its own authority's certificates; nil where roots came as files.
    var revocations: RevocationSnapshot?

    /// The files that are named, else the authority of the home.
    static func read(files: [String], home: HomeFolder) async throws -> TrustedRoots {
        guard files.isEmpty else {
            let roots = try files.flatMap { path in
                try QuestionFiles.roots(at: path).map { Root(certificate: $0, origin: path.printable) }
            }
            return TrustedRoots(roots: roots)
        }
        if !LocalAuthority.exists(in: home), let paired = try PairedLink.open(home) {
            return TrustedRoots(
                roots: paired.roots.believed.map {
                    Root(certificate: $0, origin: "the authority paired with \(home.path)")
                },
                trustDomain: paired.trustDomain, revocations: await paired.revocations(at: Date()))
        }
        guard LocalAuthority.exists(in: home) else {
            throw Complaint(
                what: "there is nothing to trust", why: "no --root is named, and there is no authority in \(home.path)",
                mend: "name the root that you trust: --root FILE", exit: .undecided)
        }
        let authority = try await ReadAuthority.open(home)
        return TrustedRoots(
            roots: authority.roots.believed.map { Root(certificate: $0, origin: "the authority in \(home.path)") },
            trustDomain: authority.trustDomain, revocations: try await authority.revocations())
    }
}
