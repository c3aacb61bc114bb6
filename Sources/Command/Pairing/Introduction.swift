import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonVerification

/// Introduces a home to an authority by a code: afterwards it holds an identity, its anchors, and the authority's address.
struct Introduction {
    let home: HomeFolder
    let passphrase: PassphraseSource?
    let algorithm: KeyAlgorithm

    /// What came of it.
    struct Outcome {
        let identity: StoredIdentity
        let offer: PairingOffer
        let anchor: Certificate
        let paired: PairedAuthority
        let number: Int
    }

    func run(_ wish: CodeAndAddress) async throws -> Outcome {
        let known = try pairedBefore()
        let passphrase = try openHome()
        let outcome: Result<Outcome, any Error>
        do throws(PairingClientFailure) {
            let client = try await PairingClient.connect(to: wish.address, with: wish.code)
            outcome = try await exchange(client, wish, known, passphrase)
            // What is kept needs the code no more; should this not arrive, it ends by itself.
            if case .success = outcome { try? await client.confirm() }
            await client.close()
        } catch {
            throw Complaint(pairing: error, with: wish.address)
        }
        return try outcome.get()
    }

    private func exchange(
        _ client: PairingClient, _ wish: CodeAndAddress, _ known: PairedAuthority?, _ passphrase: Passphrase
    ) async throws(PairingClientFailure) -> Result<Outcome, any Error> {
        let offer = try await client.offer()
        let promised: (name: IdentityName, key: SigningKey, request: CertificateRequest)
        do {
            promised = try prepare(offer, known, passphrase)
        } catch {
            return .failure(error)
        }
        let answer = try await client.certify(PairingRequest(request: promised.request.pem))
        do {
            let outcome = try keep(answer, offer, promised.name, promised.key, passphrase, wish)
            return .success(outcome)
        } catch {
            return .failure(error)
        }
    }

    // MARK: Before

    private func pairedBefore() throws -> PairedAuthority? {
        guard !LocalAuthority.exists(in: home) else {
            throw Complaint(
                what: "\(home.path) has an authority of its own, and takes no identity from another",
                why: "who trusts whom would be unclear",
                mend: "pair in another folder (--home), or introduce the two authorities: symbolon federate CODE@HOST",
                exit: .undecided)
        }
        do {
            return try home.pairedAuthority()
        } catch {
            // What cannot be read is replaced by what comes now, once the home is known to be closed to others.
            guard case .unreadable = error else {
                throw Complaint(
                    what: "\(home.path) cannot be used", why: error.explanation, exit: .unsafeHome)
            }
            return nil
        }
    }

    private func openHome() throws -> Passphrase {
        do {
            return try LocalAuthority.readPassphrase(try home.create(passphrase: passphrase))
        } catch let failure as HomeFailure {
            throw Complaint(
                what: "\(home.path) cannot be used as a home folder", why: failure.explanation,
                mend: "mend that, or choose another folder with --home", exit: .unsafeHome)
        }
    }

    /// The key is on the disk before anybody hears of it: an exchange that is cut off goes on with the same one.
    private func prepare(
        _ offer: PairingOffer, _ known: PairedAuthority?, _ passphrase: Passphrase
    ) throws -> (IdentityName, SigningKey, CertificateRequest) {
        guard let promised = offer.identity else {
            throw Complaint(
                what: "this code introduces two authorities, and no machine",
                mend: "use it in the other authority's home: symbolon federate CODE@HOST", exit: .undecided)
        }
        if let known, known.trustDomain != offer.trustDomain {
            throw Complaint(
                what: "\(home.path) is paired with an authority for \(known.trustDomain.printable)",
                why: "the code is of another one, for \(offer.trustDomain.printable)",
                mend: "pair in another folder: --home DIR", exit: .undecided)
        }
        let name = try Input.parse(
            promised.name.replacing("/", with: "-"), as: "the name of an identity", IdentityName.init)
        let key = try home.nextKey(name, algorithm, under: passphrase)
        return (name, key, try CertificateRequest.make(subject: .empty, names: [], key: key))
    }

    // MARK: After

    /// Only what is whole is kept: a certificate for our key, of the name promised, that leads to the anchor offered.
    private func keep(
        _ answer: PairingAnswer, _ offer: PairingOffer, _ name: IdentityName, _ key: SigningKey,
        _ passphrase: Passphrase, _ wish: CodeAndAddress
    ) throws -> Outcome {
        let now = Date()
        let anchor: Certificate
        let identity: StoredIdentity
        do {
            let anchors = try CertificateBundle(pem: offer.anchor).certificates
            guard anchors.count == 1 else { throw CertificateFailure.noCertificate }
            anchor = anchors[0]
            identity = try StoredIdentity(
                name: name, chain: CertificateBundle(pem: answer.chain).certificates, key: key, anchors: [anchor])
            try check(identity, anchor, offer, now)
        } catch {
            throw Complaint(
                what: "what the authority answered is no identity that could be used, and is not kept",
                why: ExplainedError.text(error), mend: "see the authority's record: symbolon audit show")
        }
        let paired = PairedAuthority(
            trustDomain: offer.trustDomain, addresses: [wish.address.description], anchors: [anchor],
            identity: name.description, pairedAt: now)
        do {
            try home.saveIdentity(identity, under: passphrase)
            try home.save(paired)
        } catch {
            throw Complaint(
                what: "the identity cannot be kept in \(home.path)", why: ExplainedError.text(error),
                mend: "mend that, and pair again with the same code: it is still good for this machine")
        }
        home.forgetNextKey(name)
        return Outcome(identity: identity, offer: offer, anchor: anchor, paired: paired, number: wish.code.number)
    }

    private func check(
        _ identity: StoredIdentity, _ anchor: Certificate, _ offer: PairingOffer, _ now: Date
    ) throws {
        let domain = try TrustDomain(offer.trustDomain)
        let promised = try SubjectName(offer.identity?.identity ?? "")
        let isServer = identity.leaf.extensions.extendedKeyUsage?.purposes.contains(.serverAuth) ?? false
        let peer = try Verifier(anchors: [TrustAnchor(anchor, for: domain)]).verify(
            PresentedChain(der: identity.chain.map(\.der), stapledAnswers: []),
            expecting: Expectation(
                isServer ? .server : .client, names: [],
                revocation: .bestEffort(because: "it was issued a moment ago, by who would revoke it")),
            at: now)
        guard case .name(promised) = peer.identity else {
            throw Complaint(what: "the certificate names \(peer.identity), and \(promised) was promised")
        }
    }
}

/// What `pair` tells of an introduction.
struct IntroductionReport: Encodable {
    let identity: String
    let name: String
    let trustDomain: String
    let authority: String
    let anchorFingerprint: String
    let certificateFingerprint: String
    let notAfter: Date
    let invitation: Int
    let home: String

    init(_ outcome: Introduction.Outcome, in home: HomeFolder) {
        identity = (outcome.offer.identity?.identity ?? "").printable
        name = outcome.identity.name.description
        trustDomain = outcome.offer.trustDomain.printable
        authority = outcome.paired.addresses[0]
        anchorFingerprint = outcome.anchor.fingerprint.description
        certificateFingerprint = outcome.identity.leaf.fingerprint.description
        notAfter = outcome.identity.leaf.notAfter
        invitation = outcome.number
        self.home = home.path
    }

    func lines(_ terminal: Terminal) -> [String] {
        func row(_ label: String, _ value: String) -> String {
            "  " + terminal.styled(label.padded(to: 12), .dim) + " " + value
        }
        return [
            terminal.styled("This machine is \(identity).", .bold),
            row("believed", "by the authority for \(trustDomain), at \(authority)"),
            row("believes", "that authority, SHA-256 \(anchorFingerprint)"),
            row("because", "both ends proved that they know the words of invitation \(invitation)"),
            row("certificate", "SHA-256 \(certificateFingerprint)"),
            row("valid", "to \(Moment.text(notAfter)); it renews itself while an end uses it"),
            row("kept in", "\(home) (key sealed; it never left this machine)"),
        ]
    }
}
