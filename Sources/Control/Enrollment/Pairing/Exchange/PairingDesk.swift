import Foundation
import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonWire

/// The authority's side of the exchange with a machine, or another authority, that proved to know a code.
///
/// The code comes from the handshake. What is issued was said when the invitation was made; the other end brings its
/// key, and nothing else counts.
public struct PairingDesk: Sendable {
    let authority: IssuingAuthority
    let store: any InvitationStore
    let federation: FederationDesk

    public init(authority: IssuingAuthority, store: any InvitationStore, federation: FederationDesk) {
        self.authority = authority
        self.store = store
        self.federation = federation
    }

    /// What is believed here, and what the invitation promises.
    public func offer(_ code: ProvedCode) async throws(PairingFailure) -> PairingOffer {
        let invitation = try await live(code)
        let configuration = authority.configuration
        var identity: OfferedIdentity?
        var until: Date?
        switch invitation.purpose {
        case .federation(let date): until = date
        case .identity(let invited):
            identity = OfferedIdentity(
                identity: try name(of: invited), name: invited.name, profile: invited.profile.rawValue,
                names: invited.names.map(\.description))
        }
        return PairingOffer(
            trustDomain: configuration.trustDomain.description, organisation: configuration.organisation,
            anchor: PEM.render(label: "CERTIFICATE", authority.root.der), expiresAt: invitation.expiresAt,
            identity: identity, federationUntil: until)
    }

    /// Certifies the key of a request, once: the first key that comes is the only one, and gets its certificate again when
    /// it comes again.
    public func certify(
        _ wish: PairingRequest, code: ProvedCode, from address: String
    ) async throws(PairingFailure) -> PairingAnswer {
        guard case .identity(let invited) = try await live(code).purpose else { throw .otherPurpose }
        let actor = Self.actor(code.number, address)
        let request: IssuanceRequest
        do {
            request = try IssuanceRequest(
                try CertificateRequest(pem: wish.request), profile: invited.profile, name: invited.name,
                names: invited.names, life: invited.life, actor: actor, configuration: authority.configuration)
        } catch let failure as RequestFailure {
            throw .request(failure)
        } catch let failure as CertificateFailure {
            throw .request(.certificate(failure))
        } catch {
            throw .over
        }
        let key = request.publicKey.fingerprint
        if let serialNumber = try await claim(code, key, actor, address) { return try await again(serialNumber) }
        let issued: IssuedCertificate
        do {
            issued = try await authority.issue(request)
        } catch {
            _ = try? await change(code, .released)
            throw .issuance(error)
        }
        _ = try await change(code, .issued(issued.serialNumber))
        return Self.answer(issued.chain)
    }

    /// Takes the other authority's anchor, as the invitation says, and closes the invitation.
    public func federate(
        _ proposal: FederationProposal, code: ProvedCode, from address: String
    ) async throws(PairingFailure) -> FederatedAuthority {
        guard case .federation(let until) = try await live(code).purpose else { throw .otherPurpose }
        let actor = Self.actor(code.number, address)
        let root: Certificate
        do {
            root = try proposal.authority(
                beside: authority.configuration.trustDomain, now: authority.now, until: until, actor: actor
            ).anchor
        } catch {
            throw .federation(error)
        }
        guard let key = root.publicKey?.fingerprint else { throw .federation(.noAuthority) }
        // The same anchor may be brought again: what is stored is the same then.
        _ = try await claim(code, key, actor, address)
        let federated: FederatedAuthority
        do throws(FederationDeskFailure) {
            federated = try await federation.begin(proposal, until: until, actor: actor)
        } catch {
            switch error {
            case .refused(let failure): throw .federation(failure)
            case .store(let failure): throw .store(failure)
            }
        }
        _ = try await change(code, .released)
        return federated
    }

    /// The other end has stored what it got: the number is free again.
    public func confirm(_ code: ProvedCode) async throws(PairingFailure) {
        _ = try await change(code, .confirmed)
    }

    // MARK: The invitation

    private static func actor(_ number: Int, _ address: String) -> String { "code \(number) from \(address)" }

    private func live(_ code: ProvedCode) async throws(PairingFailure) -> Invitation {
        guard let invitation = try await stored(code), invitation.record != nil, authority.now < invitation.expiresAt
        else { throw .over }
        return invitation
    }

    /// Nil also when the number is another invitation's by now.
    private func stored(_ code: ProvedCode) async throws(PairingFailure) -> Invitation? {
        do {
            return try await store.invitation(code.number).flatMap { $0.isAnswered(with: code.record) ? $0 : nil }
        } catch {
            throw .store(error)
        }
    }

    /// Binds the invitation to this key. Returns the serial number of the certificate that it has already.
    private func claim(
        _ code: ProvedCode, _ key: KeyFingerprint, _ actor: String, _ address: String
    ) async throws(PairingFailure) -> SerialNumber? {
        try await change(code, .claim(key)) { invitation in
            .invitation(
                .invitationUsed, invitation, actor: actor, at: authority.now,
                ["from": address, "key": key.description])
        }
    }

    /// 16: of the hundred that may come at once, each loses to others a few times at most.
    private func change(
        _ code: ProvedCode, _ event: Invitation.Event, _ entry: (Invitation) -> AuditEvent? = { _ in nil }
    ) async throws(PairingFailure) -> SerialNumber? {
        for _ in 0..<16 {
            guard var invitation = try await stored(code) else { throw .over }
            switch invitation.apply(event, at: authority.now) {
            case .unchanged: return nil
            case .alreadyIssued(let serialNumber): return serialNumber
            case .refused(.used): throw .used
            case .refused(.busy): throw .busy
            case .refused(.over), .refused(.outOfOrder): throw .over
            case .changed: break
            }
            do {
                if try await store.put(invitation, audit: [entry(invitation)].compactMap { $0 }.map(authority.sealed)) {
                    return nil
                }
            } catch {
                throw .store(error)
            }
        }
        throw .busy
    }

    // MARK: Certificates

    private func name(of invited: InvitedIdentity) throws(PairingFailure) -> String {
        do {
            return try authority.check(
                invited.profile, name: invited.name, names: invited.names, life: invited.life
            ).description
        } catch {
            throw .issuance(error)
        }
    }

    private func again(_ serialNumber: SerialNumber) async throws(PairingFailure) -> PairingAnswer {
        let record: IssuanceRecord?
        do {
            record = try await authority.record(of: serialNumber)
        } catch {
            throw .store(error)
        }
        guard let record, case .issued(let der, _) = record.state, let leaf = try? Certificate(der: der) else {
            throw .over
        }
        return Self.answer([leaf] + authority.allIssuers.chain(above: record.intent.issuerKey))
    }

    private static func answer(_ chain: [Certificate]) -> PairingAnswer {
        PairingAnswer(
            chain: chain.map { PEM.render(label: "CERTIFICATE", $0.der) }.joined(),
            serial: chain[0].serialNumber.description)
    }
}
