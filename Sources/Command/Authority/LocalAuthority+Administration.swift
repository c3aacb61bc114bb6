import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

extension LocalAuthority {
    /// What a user of this machine who holds the authority's keys can ask of it.
    var administration: LocalAdministration {
        LocalAdministration(parts, register: register, caller: .keyholder(Self.actor))
    }

    /// What decides on callers, and writes down what they did.
    var register: LocalAdministration.Register {
        LocalAdministration.Register(authority: issuing, store: store, operators: store)
    }

    /// What changes the authority's own certificates.
    var succession: Succession {
        Succession(
            issuing, keys: HomeIssuerKeys(home: home, passphrase: passphrase), ends: LedgerConfirmations(ledger: store),
            lists: store)
    }

    /// A root's list is made while its key is here: it may be put away next.
    func publishFirstRootLists() async throws {
        let isFirst = try await RootListPublisher(issuing, store: store).standings().contains {
            $0.standing == .due(nil)
        }
        guard isFirst else { return }
        do throws(SuccessionFailure) {
            try await succession.publishLists(actor: Self.actor)
        } catch {
            throw AdministrationFailure(error, wish: "published")
        }
    }

    /// What publishes who may pass.
    var policies: PolicyDesk {
        PolicyDesk(authority: issuing, library: PolicyLibrary(store, of: issuing.configuration.trustDomain))
    }

    /// All that this authority can do for a caller.
    var parts: LocalAdministration.Parts {
        var parts = LocalAdministration.Parts()
        parts.add(AuthorityReader(home, store: store, auditKey: issuing.auditKey))
        parts.add(CertificateDesk(authority: issuing, operators: store, ends: store))
        parts.add(
            SuccessionDesk(
                succession, of: issuing, reader: AuthorityReader(home, store: store, auditKey: issuing.auditKey),
                policies: policies))
        parts.add(OperatorDesk(authority: issuing, operators: store))
        parts.add(policies.library)
        parts.add(policies)
        parts.add(
            EndpointDesk(endpoints: store, trustDomain: issuing.configuration.trustDomain, clock: { Date() }))
        parts.add(PostureDesk(authority: issuing, store: store))
        parts.add(ScheduleDesk(authority: issuing, schedule: store))
        parts.add(EndDesk(store: store, clock: { Date() }))
        parts.add(ACMEDesk(authority: issuing, store: store))
        parts.add(invitations)
        parts.add(federation)
        return parts
    }
}

extension ReadAuthority {
    /// What can be asked where no key is opened.
    ///
    /// - Parameter auditKey: from the sealed key, where it could be opened only to look.
    func administration(in home: HomeFolder, auditKey: PublicKey? = nil) -> LocalAdministration {
        LocalAdministration(
            readingFor: LocalAuthority.actor, AuthorityReader(home, store: store, auditKey: auditKey),
            EndDesk(store: store, clock: { Date() }), PolicyLibrary(store, of: trustDomain))
    }
}

extension PolicyLibrary {
    /// Policies are written in YAML.
    init(_ store: any PolicyStore & EmergencyStore, of trustDomain: TrustDomain) {
        self.init(store: store, trustDomain: trustDomain) { text throws(PolicyFaults) in try PolicyText.node(text) }
    }
}

extension AuthorityReader {
    init(_ home: HomeFolder, store: any AuthorityStore, auditKey: PublicKey?) {
        self.init(store: store, auditKey: auditKey, clock: { Date() }) { () throws(AdministrationFailure) in
            do throws(AuditHeadFileFailure) {
                return try home.auditHead.read()
            } catch {
                throw AdministrationFailure(
                    .unavailable, what: "the head that is noted in \(home.path) cannot be read", why: error.explanation,
                    mend: "find out what changed it, or give a head noted elsewhere with --expect")
            }
        }
    }
}

extension HomeFolder {
    /// The audit key's public half from the sealed key, because who can edit the record can also edit the copy that stands
    /// beside it; nil where nobody named a passphrase and the home's own does not open it.
    func auditKey(_ source: PassphraseSource?) throws -> PublicKey? {
        if let passphrase = try? (source ?? .file(passphraseFile)).read(),
            let key = try? PrivateKeyFile.load(keyFile(.audit), with: passphrase)
        {
            return key.publicKey
        }
        guard source == nil else {
            throw Complaint(
                what: "the audit key cannot be opened", why: "the passphrase given does not open it",
                mend: "leave it out to check against the public key in the store", exit: .undecided)
        }
        return nil
    }
}
