import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

/// What is to be certified.
struct IdentityWish {
    let name: IdentityName
    let profile: ProfileName
    var names: [SubjectName] = []
    var life: Duration?
    var algorithm = KeyAlgorithm.p256
    /// The certificate that it takes the place of.
    var replaces: SerialNumber?
}

extension Administration {
    /// Makes a key here and has it certified; only a request travels. Both are kept in the home in the place of an earlier
    /// identity of that name.
    @discardableResult
    func issueIdentity(
        _ wish: IdentityWish, in home: HomeFolder, under passphrase: Passphrase
    ) async throws -> (StoredIdentity, CertificateReport) {
        let key = SigningKey.make(wish.algorithm)
        let request = try CertificateRequest.make(subject: DistinguishedName.empty, names: [], key: key)
        let answer = try await perform(
            IssueCertificate(
                name: wish.name.description, profile: wish.profile.rawValue, names: wish.names.map(\.description),
                lifeSeconds: wish.life.map(\.components.seconds), replaces: wish.replaces?.description,
                request: request.pem))
        let identity: StoredIdentity
        do {
            identity = try StoredIdentity(
                name: wish.name, chain: CertificateBundle(pem: answer.chain ?? "").certificates, key: key,
                anchors: CertificateBundle(pem: answer.anchors).certificates)
        } catch {
            throw Complaint(
                what: "what the authority answered is no identity, and is not kept", why: ExplainedError.text(error),
                mend: "see what became of it: symbolon identity show \(wish.name)")
        }
        try home.saveIdentity(identity, under: passphrase)
        return (identity, answer.certificate)
    }

    /// All certificates that a word stands for: a serial number, an identity, or a short name under any profile.
    func certificates(of word: String) async throws -> [CertificateReport] {
        let found = try await certificates(ListCertificates(of: word, all: true), atMost: .max)
        guard !found.isEmpty else {
            throw Complaint(
                what: "no certificate was issued for \"\(word.printable)\"",
                why: "it is no serial number, identity or short name in this authority's record",
                mend: "see what there is: symbolon identity list --all", exit: .undecided)
        }
        return found
    }

    /// Page by page, so many at most.
    func certificates(_ question: ListCertificates, atMost limit: Int) async throws -> [CertificateReport] {
        var found: [CertificateReport] = []
        var before: String?
        while found.count < limit {
            let page = try await perform(
                ListCertificates(
                    of: question.of, profile: question.profile, issuer: question.issuer, key: question.key,
                    issuedFrom: question.issuedFrom,
                    issuedBefore: question.issuedBefore, all: question.all,
                    limit: min(AuthorityReader.longestPage, limit - found.count), before: before))
            found += page.certificates
            guard let next = page.next else { break }
            before = next
        }
        return found
    }
}
