import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

extension InMemoryStore: RevocationAnswerStore {
    func standing(
        of serialNumber: SerialNumber, from issuer: KeyFingerprint
    ) async throws(StoreFailure) -> AnsweredCertificate? {
        let contents = snapshot
        guard let record = contents.records[serialNumber], record.intent.issuerKey == issuer else { return nil }
        let standing: CertificateStanding =
            switch record.state {
            case .issued: .good
            case .revoked(let revocation, _): .revoked(revocation)
            case .intended, .abandoned: .unknown
            }
        return AnsweredCertificate(
            standing: standing, notAfter: record.intent.notAfter, changeCounter: contents.changeCounter)
    }

    func changes(
        of issuer: KeyFingerprint, after changeCounter: UInt64, atMost limit: Int
    ) async throws(StoreFailure) -> AnswerChanges {
        let contents = snapshot
        let changed = contents.changes.filter { $0.value > changeCounter }.map(\.key)
        return AnswerChanges(
            changed: changed.count > limit ? nil : changed, changeCounter: contents.changeCounter)
    }

    func lives(below issuer: KeyFingerprint, at now: Date) async throws(StoreFailure) -> Bool {
        snapshot.records.values.contains {
            $0.intent.issuerKey == issuer && $0.intent.notAfter >= now && $0.intent.profile != "responder"
                && [.issued, .revoked].contains($0.state.name)
        }
    }
}
