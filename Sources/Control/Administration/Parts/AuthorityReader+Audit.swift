internal import SymbolonAudit
internal import SymbolonAuthority
internal import SymbolonKeys

extension AuthorityReader {
    func auditEntries(_ wish: ListAuditEntries) async throws(AdministrationFailure) -> AuditPage {
        let limit = try Self.limit(wish.limit)
        guard wish.from == nil || wish.last == nil, wish.last ?? 1 >= 1, wish.from ?? 1 >= 1 else {
            throw AdministrationFailure(
                .malformed, what: "these entries cannot be told apart from others",
                why: "from and last are two ways to say where to begin, and both are 1 or more",
                mend: "give one of them")
        }
        do {
            var from = wish.from ?? 1
            if let last = wish.last {
                let end = try await store.auditEnd()?.last.sequence ?? 0
                from = max(1, end - Int64(last) + 1)
            }
            let stored = try await store.auditEntries(from: from, limit: limit + 1)
            let entries = try stored.prefix(limit).map { AuditEntryReport(try AuditEntry($0)) }
            return AuditPage(entries: entries, next: stored.count > limit ? stored[limit].sequence : nil)
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }

    func auditHead() async throws(AdministrationFailure) -> AuditHeadReport {
        do {
            guard let end = try await store.auditEnd(), let head = end.head else {
                throw AdministrationFailure(
                    .conflict, what: "the audit record has no signed head", mend: "look at it: symbolon audit verify")
            }
            return AuditHeadReport(
                entries: head.count, head: head.noted, auditKey: try await recordedKey().fingerprint.description)
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }

    /// Reads page by page, so that memory does not grow with the record.
    func verifyAudit(expecting expected: String?) async throws(AdministrationFailure) -> AuditVerificationReport {
        let noted: AuditHead?
        if let expected {
            do {
                noted = try AuditHead(noted: expected)
            } catch {
                throw AdministrationFailure(.malformed, what: "that is no audit head", why: error.explanation)
            }
        } else {
            noted = try notedHead()
        }
        do {
            let recorded = try await recordedKey()
            if let auditKey, auditKey != recorded { throw AdministrationFailure(strangeKey: recorded, auditKey) }
            let end = try await store.auditEnd()
            var scan = AuditScan(head: end?.head, key: recorded, noted: noted)
            var from = Int64.min
            while true {
                let page = try await store.auditEntries(from: from, limit: Self.longestPage)
                for entry in page { scan.read(entry) }
                guard let last = page.last, page.count == Self.longestPage, last.sequence < .max else { break }
                from = last.sequence + 1
            }
            return AuditVerificationReport(
                scan.verdict(), head: end?.head, noted: noted, key: recorded, keyWasOpened: auditKey != nil)
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }

    private func recordedKey() async throws -> PublicKey {
        try PublicKey(subjectPublicKeyInfo: try await record().auditKey)
    }
}

extension AuditVerificationReport {
    init(_ verdict: AuditVerdict, head: AuditHead?, noted: AuditHead?, key: PublicKey, keyWasOpened: Bool) {
        let fingerprint = key.fingerprint.description
        switch verdict {
        case .intact(let count, hash: _):
            self.init(
                intact: true, entries: count, firstBadEntry: nil, how: nil, explanation: nil, head: head?.noted,
                notedEntries: noted?.count, auditKey: fingerprint, keyWasOpened: keyWasOpened)
        case .broken(let sequence, let how):
            self.init(
                intact: false, entries: nil, firstBadEntry: sequence, how: how.rawValue, explanation: how.explanation,
                head: head?.noted, notedEntries: noted?.count, auditKey: fingerprint, keyWasOpened: keyWasOpened)
        }
    }
}

extension AdministrationFailure {
    fileprivate init(strangeKey recorded: PublicKey, _ own: PublicKey) {
        self.init(
            .conflict, what: "the record is not this authority's",
            why: "the store names another audit key (\(recorded.fingerprint)) than the sealed one (\(own.fingerprint))",
            mend: "treat the store as tampered with; compare it with a backup")
    }
}
