import SymbolonCertificates
import SymbolonNames
import SymbolonProxy
import SymbolonVerification

/// By whom, and how strictly, the services behind TLS are judged that stand behind ends.
extension TrustKeeper {
    struct BackendWish: Sendable {
        /// Nil: the anchors by which peers are judged.
        let anchors: BackendAnchors?
        let revocationMode: RevocationMode?
        /// What the service has to prove.
        let names: [ReferenceName]
        let place: String
    }

    /// - Parameters:
    ///   - anchors: those by which peers are judged.
    ///   - mode: by which peers are.
    func backendTrust(
        _ wish: BackendWish, beside anchors: [TrustAnchor], _ mode: RevocationMode
    ) throws -> BackendTrust {
        guard let own = wish.anchors else {
            return BackendTrust(anchors: anchors, revocationMode: wish.revocationMode ?? mode)
        }
        guard let mode = wish.revocationMode ?? (gatherer == nil ? nil : .required) else {
            throw Complaint(
                what: "nothing here would know whether the service at \(wish.place) is revoked",
                why: "it is believed by anchors of its own, and no revocation list is given",
                mend: "give a list: --revocation-list FILE or ADDRESS; or say what is enough: --http-backend-revocation"
                    + " required (it staples an OCSP answer) or best-effort:REASON",
                exit: .undecided)
        }
        let named = wish.names.lazy.compactMap { if case .spiffe(let name) = $0 { name.trustDomain } else { nil } }
            .first
        let believed = own.certificates.map { certificate in
            if let domain = certificate.anchoredTrustDomain ?? named { return TrustAnchor(certificate, for: domain) }
            return TrustAnchor(certificate)
        }
        return BackendTrust(anchors: believed, revocationMode: mode)
    }

    /// Takes up anchors whose files have changed; a file that cannot be read changes nothing, and is told of.
    func lookAtBackendAnchors() {
        for one in kept {
            guard let anchors = one.wish.backend?.anchors else { continue }
            switch anchors.poll() {
            case .unchanged: continue
            case .replaced(let count):
                do {
                    try one.end.replace(try trust(one.wish))
                    report.tell(.backendAnchors(service: one.end.name, file: anchors.path, count: count))
                } catch EndFailure.stopped {
                    continue
                } catch {
                    report.warn(
                        one.end.name, "new anchors for the service behind are not taken up; those before stay in force",
                        why: ExplainedError.text(error))
                }
            case .kept(let why):
                report.warn(
                    one.end.name, "new anchors for the service behind are not taken up; those before stay in force",
                    why: why, mend: "put \(anchors.path) right; it is read again when it changes")
            }
        }
    }
}
