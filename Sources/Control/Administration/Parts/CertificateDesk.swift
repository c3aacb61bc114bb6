internal import SymbolonAudit
public import SymbolonAuthority
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonRevocation
internal import SymbolonWire

/// Issues and revokes for operators.
public struct CertificateDesk: Sendable {
    let authority: IssuingAuthority
    let operators: any OperatorStore
    let ends: any EndLedger

    public init(authority: IssuingAuthority, operators: any OperatorStore, ends: any EndLedger) {
        self.authority = authority
        self.operators = operators
        self.ends = ends
    }

    func issue(_ wish: IssueCertificate, in call: Call) async throws(AdministrationFailure) -> CertificateAnswer {
        let request = try Self.request(wish.request)
        let names = try (wish.names ?? []).map { text throws(AdministrationFailure) in
            try Asked.parse(text, "a name with its kind in front") { text throws(NameFailure) in try SubjectName(text) }
        }
        guard wish.lifeSeconds ?? 1 > 0 else {
            throw AdministrationFailure(.malformed, what: "a life of \(wish.lifeSeconds ?? 0) s is none")
        }
        var asked: IssuanceRequest
        do {
            asked = try IssuanceRequest(
                request, profile: try ProfileName(asked: wish.profile), name: wish.name, names: names,
                life: wish.lifeSeconds.map { .seconds($0) }, actor: call.actor, configuration: authority.configuration)
        } catch let failure as RequestFailure {
            throw AdministrationFailure(failure)
        } catch {
            throw AdministrationFailure(reading: error)
        }
        try await mayCertify(asked, in: call)
        asked.replaces = try await replaced(wish.replaces, by: asked)
        do {
            let issued = try await authority.issue(asked)
            return CertificateAnswer(
                certificate: CertificateReport(issued, requestedBy: call.actor),
                chain: issued.chain.map { PEM.render(label: "CERTIFICATE", $0.der) }.joined(),
                anchors: CertificateBundle(issued.anchors).pem)
        } catch {
            throw AdministrationFailure(error)
        }
    }

    /// Only a certificate of the same identity.
    private func replaced(
        _ serial: String?, by request: IssuanceRequest
    ) async throws(AdministrationFailure) -> SerialNumber? {
        guard let serial else { return nil }
        let number = try SerialNumber(asked: serial)
        let found: IssuanceRecord?
        do {
            found = try await authority.record(of: number)
        } catch {
            throw AdministrationFailure(error)
        }
        guard let found, found.intent.identity == (try? authority.configuration.identity(of: request))?.description
        else {
            throw AdministrationFailure(
                .refused, what: "no certificate was issued",
                why:
                    "certificate \(number), which it should take the place of, is of another identity or not of this authority"
            )
        }
        return number
    }

    /// Whoever gets a certificate for an operator's name is that operator: so only who may give a role may certify a name
    /// that has it, or one above the own.
    func mayCertify(_ request: IssuanceRequest, in call: Call) async throws(AdministrationFailure) {
        let identity: SubjectName
        do {
            identity = try authority.configuration.identity(of: request)
        } catch {
            throw AdministrationFailure(RequestFailure.identity(error))
        }
        try await call.requireRank(over: identity.description, operators)
    }

    private static func request(_ pem: String) throws(AdministrationFailure) -> CertificateRequest {
        do {
            return try CertificateRequest(pem: pem)
        } catch {
            throw AdministrationFailure(
                .malformed, what: "the request is not one PKCS #10 request in PEM", why: error.explanation,
                mend: "make one: openssl req -new -key KEY -subj /CN=NAME")
        }
    }

    func permit(_ wish: PermitNames, in call: Call) async throws(AdministrationFailure) -> PermissionReport {
        let dns = try (wish.dns ?? []).map { text throws(AdministrationFailure) in
            Permission.dns(
                try Asked.parse(text, "a DNS name") { text throws(NameFailure) in try DNSName(operatorInput: text) })
        }
        let networks = try (wish.networks ?? []).map { text throws(AdministrationFailure) in
            Permission.network(try Asked.parse(text, "a network") { text throws(NameFailure) in try IPNetwork(text) })
        }
        let mail = try (wish.mail ?? []).map { text throws(AdministrationFailure) in
            Permission.mail(
                try Asked.parse(text, "a mail domain") { text throws(NameFailure) in try DNSName(operatorInput: text) })
        }
        do {
            let added = try await authority.permit(dns + networks + mail, actor: call.actor)
            return PermissionReport(added: added.map(\.description))
        } catch .store(let failure) {
            throw AdministrationFailure(failure)
        } catch {
            throw AdministrationFailure(.unavailable, what: "nothing was permitted", why: error.explanation)
        }
    }

    func noteExport(_ wish: NoteExport, in call: Call) async throws(AdministrationFailure) -> Done {
        let serial = try SerialNumber(asked: wish.serial)
        do {
            guard let record = try await authority.record(of: serial) else { throw StoreFailure.unknownSerial(serial) }
            try await authority.note(
                .identityExported, subject: record.intent.identity, actor: call.actor,
                details: [
                    "serial": serial.description, "format": wish.format, "key": wish.keyIsPlain ? "plain" : "sealed",
                ])
            return Done()
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }
}
