internal import Foundation
internal import SymbolonAuthority
internal import SymbolonCertificates
internal import SymbolonRevocation

extension CertificateDesk {
    func revoke(_ wish: RevokeCertificates, in call: Call) async throws(AdministrationFailure) -> RevocationReports {
        guard (1...RevokeCertificates.most).contains(wish.serials.count) else {
            throw AdministrationFailure(
                .malformed, what: "\(wish.serials.count) certificates in one call",
                why: "1 to \(RevokeCertificates.most) are revoked at once")
        }
        let reason = try Asked.parse(wish.reason ?? RevocationReason.unspecified.rawValue, "a reason") {
            RevocationReason(rawValue: $0)
        }
        if let since = wish.invalidSince, since > authority.now {
            throw AdministrationFailure(
                .malformed, what: "what was invalid since \(CertificateTime(since)) is not invalid yet",
                mend: "name a moment that has passed")
        }
        var serials: [SerialNumber] = []
        for text in wish.serials {
            let serial = try SerialNumber(asked: text)
            if !serials.contains(serial) { serials.append(serial) }
        }
        do {
            if wish.dryRun ?? false { return try await foreseen(serials, reason) }
            let outcome = try await authority.revoke(
                serials, reason: reason, reach: .raising, invalidSince: wish.invalidSince, actor: call.actor)
            let news = Set(outcome.revoked)
            var reports: [RevocationReport] = []
            for serial in serials + news.subtracting(serials).sorted(by: { $0.description < $1.description }) {
                guard let record = try await authority.record(of: serial), case .revoked(let found, _) = record.state
                else { throw StoreFailure.damaged("certificate \(serial) was revoked, and is not") }
                reports.append(RevocationReport(record, found, isNews: news.contains(serial)))
            }
            return RevocationReports(certificates: reports, changeCounter: try await authority.changeCounter())
        } catch let failure as RevocationFailure {
            throw AdministrationFailure(failure)
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }

    /// What would be revoked now.
    private func foreseen(_ serials: [SerialNumber], _ reason: RevocationReason) async throws -> RevocationReports {
        var records: [IssuanceRecord] = []
        for serial in serials {
            guard let record = try await authority.record(of: serial) else {
                throw RevocationFailure.unknownSerial(serial)
            }
            records.append(record)
        }
        if reason == .keyCompromise { records += try await authority.others(withKeysOf: records) }
        let now = authority.now
        let connections = try await ends.liveConnections(
            on: records.map(\.intent.serialNumber.description), at: now)
        return RevocationReports(
            certificates: records.map { record in
                guard case .revoked(let found, _) = record.state else {
                    return RevocationReport(
                        record, Revocation(reason, since: now), isNews: true,
                        connections: connections[record.intent.serialNumber.description] ?? 0)
                }
                let isRaised = RevocationOrder.Reach.raising.replaces(found.reason, by: reason)
                return RevocationReport(
                    record, isRaised ? Revocation(reason, since: found.since) : found, isNews: isRaised)
            })
    }

    func release(_ wish: ReleaseCertificate, in call: Call) async throws(AdministrationFailure) -> CertificateReport {
        let serial = try SerialNumber(asked: wish.serial)
        do {
            try await authority.release(serial, actor: call.actor)
            guard let record = try await authority.record(of: serial) else {
                throw StoreFailure.unknownSerial(serial)
            }
            return CertificateReport(record, at: authority.now)
        } catch let failure as RevocationFailure {
            throw AdministrationFailure(failure)
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }
}

extension RevocationReport {
    fileprivate init(_ record: IssuanceRecord, _ revocation: Revocation, isNews: Bool, connections: Int? = nil) {
        self.init(
            identity: record.intent.identity, serial: record.intent.serialNumber.description,
            reason: revocation.reason.rawValue, revokedAt: revocation.since, wasAlreadyRevoked: !isNews,
            connections: connections)
    }
}
