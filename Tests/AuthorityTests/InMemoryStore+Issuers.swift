import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys

extension InMemoryStore.Contents {
    mutating func begin(_ authority: AuthorityRecord) {
        guard let root = try? Certificate(der: authority.rootCertificate), let rootKey = root.publicKey?.fingerprint,
            let issuing = try? Certificate(der: authority.issuingCertificate), let key = issuing.publicKey?.fingerprint
        else { return }
        issuers = [
            Issuer(.root, root, key: rootKey, root: rootKey, state: .active, since: authority.createdAt),
            Issuer(.issuing, issuing, key: key, root: rootKey, state: .active, since: authority.createdAt),
        ]
    }
}

extension InMemoryStore {
    func issuers() async throws(StoreFailure) -> [Issuer] { snapshot.issuers }

    func remaining(below key: KeyFingerprint, at now: Date) async throws(StoreFailure) -> Int {
        let records = snapshot.records.values
        let replaced = Set(records.filter { $0.state.name == .issued }.compactMap(\.intent.replaces))
        return records.count {
            $0.intent.issuerKey == key && $0.state.name == .issued && $0.intent.notAfter >= now
                && !$0.intent.identity.contains("/authority/") && !replaced.contains($0.intent.serialNumber)
        }
    }

    func change(_ change: IssuerChange, audit: AuditAppend) async throws(StoreFailure) {
        try transaction(.change) { contents throws(StoreFailure) in
            let counter = contents.changeCounter + 1
            for var issuer in change.prepared {
                issuer.changeCounter = counter
                contents.issuers.append(issuer)
            }
            for step in change.steps {
                guard let index = contents.issuers.firstIndex(where: { $0.key == step.key && $0.state == step.from })
                else { throw .overtaken }
                contents.issuers[index].state = step.to
                contents.issuers[index].since = step.at
                contents.issuers[index].changeCounter = counter
                if let revocation = step.revocation { contents.issuers[index].revocation = revocation }
                if let replacement = step.replacement { contents.issuers[index].replacement = replacement }
            }
            for role in Issuer.Role.allCases
            where contents.issuers.count(where: { $0.role == role && $0.state == .active }) != 1 {
                throw .forbidden("one \(role) is active")
            }
            if let root = contents.issuers.first(where: { $0.role == .root && $0.state == .active }),
                let issuing = contents.issuers.first(where: { $0.role == .issuing && $0.state == .active })
            {
                contents.authority = contents.authority.map {
                    AuthorityRecord(
                        configuration: $0.configuration, rootCertificate: root.certificate.der,
                        issuingCertificate: issuing.certificate.der, auditKey: $0.auditKey, createdAt: $0.createdAt)
                }
            }
            contents.changeCounter = counter
            try contents.append(audit)
        }
    }
}
