import Foundation
import SymbolonAdministration
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

/// Identities of ACME servers, which only the home knows of: no authority that could be asked has issued them.
extension AuthorityOptions {
    /// The report on one by its short name; nil where another authority is to be asked.
    func obtained(_ word: String) throws -> CertificateReport? {
        guard authority == nil, let name = try? IdentityName(word), let origin = try home.folder.acmeOrigin(name) else {
            return nil
        }
        return try report(name, origin)
    }

    /// All of them, in a home that has no authority and is not paired with one; nil elsewhere.
    func obtainedAlone() throws -> [CertificateReport]? {
        let folder = home.folder
        guard authority == nil, !LocalAuthority.exists(in: folder),
            !FileManager.default.fileExists(atPath: folder.pairedAuthorityFile)
        else { return nil }
        let found = try ((try? folder.identityNames()) ?? []).compactMap { name in
            try folder.acmeOrigin(name).map { try report(name, $0) }
        }
        return found.isEmpty ? nil : found
    }

    private func report(_ name: IdentityName, _ origin: ACMEOrigin) throws -> CertificateReport {
        try LocalAuthority.checked(home.folder)
        let passphrase = try LocalAuthority.readPassphrase(home.passphrase.source ?? .file(home.folder.passphraseFile))
        let identity = try home.folder.loadIdentity(name, with: passphrase)
        let leaf = identity.leaf
        let names = (leaf.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName()?.description }
        return CertificateReport(
            identity: identity.shownIdentity, profile: origin.profile ?? "acme",
            serial: leaf.serialNumber.description, state: leaf.notAfter < Date() ? .expired : .issued, names: names,
            notBefore: leaf.notBefore, notAfter: leaf.notAfter,
            key: leaf.publicKey.map { "\($0.kind)" }, keyFingerprint: identity.key.publicKey.fingerprint.description,
            certificateFingerprint: leaf.fingerprint.description, revokedAt: nil, reason: nil,
            requestedBy: origin.account)
    }
}
