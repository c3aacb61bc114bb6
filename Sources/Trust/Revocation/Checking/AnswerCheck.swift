internal import Foundation
internal import SymbolonCertificates
internal import SymbolonKeys

/// What an answer says of one certificate. RFC 6960 §3.2.
struct AnswerCheck {
    let certificate: Certificate
    let path: IssuerPath
    /// Whole seconds.
    let now: Date

    /// How long an answer without nextUpdate is believed after thisUpdate, in seconds. RFC 6960 §4.2.2.1: it says that
    /// newer information is there all the time; five minutes is what a clock and a connection may differ by.
    static let lifeWithoutNextUpdate: TimeInterval = 300

    /// Certificates of the responder's name tried as signers, each at the cost of a signature. 4: the issuer, and a
    /// delegate in the middle of changing keys.
    private static let mostTried = 4

    /// `.unknown(.noSource)` when the answer is for other certificates.
    /// - Parameter isUnrevoked: whether a delegate is itself unrevoked.
    func status(
        by answer: StatusAnswer, _ isUnrevoked: (Certificate, IssuerPath) -> Bool
    ) -> RevocationStatus {
        guard let issuer = path.authorities.first else { return .unknown(.noSource) }
        // §3.2(1): the certificate of the question.
        let about = answer.parsed.statuses.filter { $0.identifier.names(certificate, from: issuer) }
        guard !about.isEmpty else { return .unknown(.noSource) }
        do throws(AnswerProblem) {
            try checkNonce(of: answer)
            try checkExtensions(of: answer, about)
            try checkSignature(of: answer, issuer, isUnrevoked)
        } catch {
            return .unknown(.answerUnusable(error.defect))
        }
        return combine(about.map(status))
    }

    private struct AnswerProblem: Error {
        let defect: AnswerDefect

        init(_ defect: AnswerDefect) {
            self.defect = defect
        }
    }

    /// RFC 9654 §2.1: an answer to a question with a nonce has that very nonce.
    private func checkNonce(of answer: StatusAnswer) throws(AnswerProblem) {
        guard let asked = answer.asked else { return }
        guard let nonce = answer.nonce else { throw AnswerProblem(.nonceMissing) }
        guard nonce == asked else { throw AnswerProblem(.nonceDiffers) }
    }

    private func checkExtensions(of answer: StatusAnswer, _ about: [SingleStatus]) throws(AnswerProblem) {
        if let identifier = answer.parsed.unknownCritical ?? about.lazy.compactMap(\.unknownCritical).first {
            throw AnswerProblem(.unknownCriticalExtension(identifier))
        }
    }

    // MARK: - Who signed

    /// §3.2(2) to (4), §4.2.2.2: the issuer's own key, or a delegate that it issued for this.
    private func checkSignature(
        of answer: StatusAnswer, _ issuer: Certificate, _ isUnrevoked: (Certificate, IssuerPath) -> Bool
    ) throws(AnswerProblem) {
        let parsed = answer.parsed
        guard case .success(let algorithm) = parsed.algorithm else { throw AnswerProblem(.algorithmNotAllowed) }
        // An authority that changes keys has two of its name, and may have delegates of that name.
        let named = ([issuer] + parsed.certificates).filter { isResponder($0, of: parsed) }.prefix(Self.mostTried)
        guard !named.isEmpty else { throw AnswerProblem(.responderUnknown) }
        let signer = named.first { one in one.publicKey.map { isSigned(parsed, by: $0, algorithm) } ?? false }
        guard let signer else { throw AnswerProblem(.signatureInvalid) }
        if signer.publicKey != issuer.publicKey { try checkDelegate(signer, of: issuer, isUnrevoked) }
    }

    /// §4.2.2.2: "issued directly by the CA that is identified in the request", for OCSPSigning and nothing looser.
    private func checkDelegate(
        _ delegate: Certificate, of issuer: Certificate, _ isUnrevoked: (Certificate, IssuerPath) -> Bool
    ) throws(AnswerProblem) {
        guard delegate.issuer == issuer.subject, let key = issuer.publicKey, delegate.isSigned(by: key) else {
            throw AnswerProblem(.responderNotIssuedByIssuer)
        }
        let extensions = delegate.extensions
        guard delegate.version == 3, extensions.extendedKeyUsage?.contains(.ocspSigning) ?? false,
            extensions.keyUsage?.contains(.digitalSignature) ?? true, extensions.hasNothingUnknown
        else { throw AnswerProblem(.responderNotAuthorized) }
        guard delegate.notBefore <= now, now <= delegate.notAfter else { throw AnswerProblem(.responderNotValid) }
        // §4.2.2.2.1: a delegate without id-pkix-ocsp-nocheck is checked like any certificate.
        guard extensions[.ocspNoCheck] != nil || isUnrevoked(delegate, path) else {
            throw AnswerProblem(.responderNotKnownGood)
        }
    }

    private func isResponder(_ certificate: Certificate, of answer: ParsedAnswer) -> Bool {
        switch answer.responder {
        case .name(let name): certificate.subject == name
        case .keyHash(let hash): certificate.subjectPublicKeyBits.map { CertificateID.Digest.sha1.hash($0) } == hash
        }
    }

    private func isSigned(_ answer: ParsedAnswer, by key: PublicKey, _ algorithm: SignatureAlgorithm) -> Bool {
        key.isValid(answer.der[answer.signature], over: answer.der[answer.signed], by: algorithm)
    }

    // MARK: - What it says

    /// §3.2(5), (6), §4.2.2.1: true now.
    private func status(of one: SingleStatus) -> RevocationStatus {
        let thisUpdate = one.thisUpdate.date
        guard thisUpdate <= now else { return .unknown(.notYetCurrent(from: thisUpdate)) }
        let end = one.nextUpdate?.date ?? thisUpdate + Self.lifeWithoutNextUpdate
        switch one.meaning {
        // As with lists: but for a hold, time does not take a revocation back.
        case .revoked(let reason, let since) where now <= end || reason != .certificateHold:
            return .revoked(reason, since: since.date)
        case _ where now > end: return .unknown(.stale(since: end))
        case .good: return .good(thisUpdate: thisUpdate, nextUpdate: end)
        case .unknown, .revoked: return .unknown(.responderDoesNotKnow)
        }
    }

    /// Several statuses for one certificate in one answer: good only when none says otherwise.
    private func combine(_ found: [RevocationStatus]) -> RevocationStatus {
        var silent: RevocationStatus?
        for status in found {
            switch status {
            case .revoked: return status
            case .unknown: silent = status
            case .good: continue
            }
        }
        return silent ?? found[0]
    }
}
