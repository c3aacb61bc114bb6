internal import SymbolonAuthority
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonWire

extension AuthorityReader {
    func certificates(_ wish: ListCertificates) async throws(AdministrationFailure) -> CertificatePage {
        let limit = try Self.limit(wish.limit)
        let profile = try wish.profile.map { text throws(AdministrationFailure) in try ProfileName(asked: text) }
        let before = try wish.before.map { text throws(AdministrationFailure) in try SerialNumber(asked: text) }
        let now = clock()
        var query =
            wish.all ?? false
            ? CertificateQuery(profile: profile?.rawValue)
            : CertificateQuery(profile: profile?.rawValue, states: [.issued], validAt: now)
        query.issuer = try await issuer(wish.issuer)
        query.key = try wish.key.map { text throws(AdministrationFailure) in try KeyFingerprint(asked: text) }
        (query.issuedFrom, query.issuedBefore) = (wish.issuedFrom, wish.issuedBefore)
        // One more than fits tells whether there is a rest.
        var records =
            if let word = wish.of {
                try await self.records(of: word, query, before: before, limit: limit + 1)
            } else {
                try await self.records(query, before: before, limit: limit + 1)
            }
        let isWhole = records.count <= limit
        records = Array(records.prefix(limit))
        return CertificatePage(
            certificates: records.map { CertificateReport($0, at: now) },
            next: isWhole ? nil : records.last?.intent.serialNumber.description)
    }

    private func issuer(_ word: String?) async throws(AdministrationFailure) -> KeyFingerprint? {
        guard let word else { return nil }
        let found: [Issuer]
        do {
            found = try await store.issuers().called(word).filter { $0.role == .issuing }
        } catch {
            throw AdministrationFailure(error)
        }
        guard found.count == 1 else {
            let names = found.map(\.name)
            let failure: SuccessionFailure = names.isEmpty ? .unknown(word) : .ambiguous(word, names)
            throw AdministrationFailure(failure, wish: "found")
        }
        return found[0].key
    }

    func certificate(_ serial: String) async throws(AdministrationFailure) -> CertificateAnswer {
        let found = try await record(of: try SerialNumber(asked: serial))
        let issuers: [Issuer]
        do {
            issuers = try await store.issuers()
        } catch {
            throw AdministrationFailure(error)
        }
        let above = issuers.chain(above: found.intent.issuerKey).map(\.der)
        let chain = found.certificate.map { leaf in
            ([leaf] + above).map { PEM.render(label: "CERTIFICATE", $0) }.joined()
        }
        return CertificateAnswer(
            certificate: CertificateReport(found, at: clock()), chain: chain,
            anchors: CertificateBundle(issuers.anchors).pem)
    }

    func record(of serial: SerialNumber) async throws(AdministrationFailure) -> IssuanceRecord {
        let found: IssuanceRecord?
        do {
            found = try await store.certificate(serial)
        } catch {
            throw AdministrationFailure(error)
        }
        guard let found else {
            throw AdministrationFailure(
                .notFound, what: "no certificate here has serial number \(serial)",
                mend: "see what there is: symbolon identity list --all")
        }
        return found
    }

    /// What a word of the operator's stands for: a serial number, an identity, or a short name under any profile.
    ///
    /// Identity after identity, each newest first; so a cursor says where to go on.
    private func records(
        of word: String, _ query: CertificateQuery, before: SerialNumber?, limit: Int
    ) async throws(AdministrationFailure) -> [IssuanceRecord] {
        if let serial = SerialNumber(word), let found = try? await record(of: serial) {
            return before == nil && query.admits(found) ? [found] : []
        }
        if word.hasSuffix("*") {
            var query = query
            query.identityPrefixes = Self.identities(
                of: String(word.dropLast()), in: try await record().configuration.trustDomain)
            return try await records(query, before: before, limit: limit)
        }
        var identities = ArraySlice(Self.identities(of: word, in: try await record().configuration.trustDomain))
        var before = before
        if let cursor = before {
            let place = try await record(of: cursor).intent.identity
            identities = identities.drop { $0 != place }
        }
        var found: [IssuanceRecord] = []
        for identity in identities where found.count < limit {
            var query = query
            query.identity = identity
            found += try await records(query, before: before, limit: limit - found.count)
            before = nil
        }
        return found
    }

    private func records(
        _ query: CertificateQuery, before: SerialNumber?, limit: Int
    ) async throws(AdministrationFailure) -> [IssuanceRecord] {
        var query = query
        query.before = before
        query.limit = limit
        do {
            return try await store.certificates(matching: query)
        } catch {
            throw AdministrationFailure(error)
        }
    }

    private static func identities(of word: String, in domain: TrustDomain) -> [String] {
        if word.contains("://") || word.hasPrefix("mail:") { return [word] }
        if word.contains("@") { return ["mail:\(word)"] }
        let base = "spiffe://\(domain)/"
        return [base + word, base + "person/" + word, base + "device/" + word]
    }
}

extension CertificateQuery {
    /// Whether one record is among those asked for, but for `before` and `limit`.
    fileprivate func admits(_ record: IssuanceRecord) -> Bool {
        states.contains(record.state.name) && (profile.map { $0 == record.intent.profile } ?? true)
            && (validAt.map { record.intent.notAfter >= $0 } ?? true)
            && (issuer.map { $0 == record.intent.issuerKey } ?? true)
            && (key.map { $0 == record.intent.publicKey } ?? true)
            && (issuedFrom.map { record.intent.at >= $0 } ?? true)
            && (issuedBefore.map { record.intent.at < $0 } ?? true)
    }
}

extension ProfileName {
    init(asked text: String) throws(AdministrationFailure) {
        guard let name = ProfileName(rawValue: text) else {
            throw AdministrationFailure(
                .malformed, what: "there is no profile \(text.debugDescription)",
                why: "the profiles are \(ProfileName.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = name
    }
}

extension KeyFingerprint {
    init(asked text: String) throws(AdministrationFailure) {
        guard let octets = try? Hex.decode(text), let key = try? KeyFingerprint(octets) else {
            throw AdministrationFailure(
                .malformed, what: "\(text.debugDescription) is not the fingerprint of a key",
                mend: "write SHA-256 over its SubjectPublicKeyInfo in hexadecimal, as symbolon identity show does")
        }
        self = key
    }
}

extension SerialNumber {
    init(asked text: String) throws(AdministrationFailure) {
        guard let number = SerialNumber(text) else {
            throw AdministrationFailure(
                .malformed, what: "\(text.debugDescription) is not a serial number",
                mend: "write it in hexadecimal, as the list of certificates does")
        }
        self = number
    }
}
