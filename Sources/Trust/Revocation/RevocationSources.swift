public import Foundation
public import SymbolonCertificates
internal import SymbolonKeys

/// Everything that an operator has gathered on revocation, and what it says of a certificate.
///
/// Nothing is fetched here, and least of all from an address within a certificate: lists and answers come from configured
/// places, ahead of need. Revoked by one source outranks good by another, and good outranks silence.
public struct RevocationSources: Sendable {
    public let snapshot: RevocationSnapshot
    private let lists: [CertificateList]
    private let answers: [StatusAnswer]
    private let filters: [RevocationFilter]
    /// Who may have signed the lists, beside the authorities of a path.
    private let signers: [Certificate]

    /// - Parameters:
    ///   - snapshot: pushed by our own authority.
    ///   - lists: complete and delta lists, in any order; those that nobody entitled has signed say nothing.
    ///   - answers: OCSP answers; each is believed only for the certificates that it names.
    ///   - filters: complete ones and those that bring them up to date, in any order; each is believed when the issuer's
    ///     key has signed it.
    ///   - signers: certificates of list signers that peers do not present.
    public init(
        snapshot: RevocationSnapshot = .none, lists: [CertificateList] = [], answers: [StatusAnswer] = [],
        filters: [RevocationFilter] = [], signers: [Certificate] = []
    ) {
        self.snapshot = snapshot
        self.lists = lists
        self.answers = answers
        self.filters = filters
        self.signers = signers
    }

    /// The same beside another snapshot.
    public func with(_ snapshot: RevocationSnapshot) -> RevocationSources {
        RevocationSources(
            snapshot: snapshot, lists: lists, answers: answers, filters: filters, signers: signers)
    }

    /// The next moment at which a list, an answer or a filter ends, and with it what is known of some certificate; nil: none does.
    public func nextEnd(after now: Date) -> Date? {
        (lists.compactMap(\.nextUpdate) + answers.compactMap(\.nextUpdate) + filters.map(\.nextUpdate)).filter {
            $0 >= now
        }.min()
    }

    /// True when there is nothing but a snapshot, so that a look-up needs only a key and a serial number.
    public var isSnapshotAlone: Bool { lists.isEmpty && answers.isEmpty && filters.isEmpty }

    /// What is known of `certificate`.
    ///
    /// - Parameters:
    ///   - path: the authorities above it, already verified.
    ///   - stapled: answers that came with this peer's handshake.
    ///   - now: whole seconds.
    public func status(
        of certificate: Certificate, under path: IssuerPath, stapled: [StatusAnswer] = [], at now: Date
    ) -> RevocationStatus {
        status(of: certificate, under: path, stapled: stapled, at: now, assuming: [])
    }

    /// - Parameter assumed: signers whose own status is being looked for; their lists count while it is, since some
    ///   authorities leave all their lists, the signer's own status included, to one signer.
    private func status(
        of certificate: Certificate, under path: IssuerPath, stapled: [StatusAnswer], at now: Date,
        assuming assumed: [Certificate]
    ) -> RevocationStatus {
        guard let issuerKey = path.authorities.first?.publicKey?.fingerprint else { return .unknown(.noSource) }
        let isUnrevoked = { (signer: Certificate, above: IssuerPath) -> Bool in
            if assumed.contains(signer) { return true }
            // One step: a signer's signer is an authority of the path or the signer itself.
            guard assumed.isEmpty else { return false }
            let status = self.status(of: signer, under: above, stapled: [], at: now, assuming: [signer])
            if case .good = status { return true }
            return false
        }
        let identifier = CertificateIdentifier(issuerKey: issuerKey, serialNumber: certificate.serialNumber)
        var found = [snapshot.status(of: identifier, at: now)]
        if !lists.isEmpty {
            let check = ListSigners(path: path, configured: signers, now: now, isGood: isUnrevoked)
            found.append(byLists(certificate, check))
        }
        if !filters.isEmpty {
            found.append(FilterCheck(certificate: certificate, path: path, now: now).status(by: filters))
        }
        for answer in answers + stapled {
            found.append(
                AnswerCheck(certificate: certificate, path: path, now: now, isGood: isUnrevoked).status(by: answer))
        }
        return Self.combine(found)
    }

    private func byLists(_ certificate: Certificate, _ signers: ListSigners) -> RevocationStatus {
        guard lists.contains(where: { $0.mayConcern(certificate) }) else { return .unknown(.noSource) }
        do throws(DERFailure) {
            let points = try DistributionPoint.all(of: certificate)
            return ListCheck(certificate: certificate, points: points, signers: signers).status(by: lists)
        } catch {
            return .unknown(.distributionPointsMalformed(error))
        }
    }

    /// Revoked, else good, else the first reason for silence that says more than that there is no source.
    private static func combine(_ found: [RevocationStatus]) -> RevocationStatus {
        var best = RevocationStatus.unknown(.noSource)
        for status in found {
            switch (best, status) {
            case (_, .revoked): return status
            case (.unknown, .good): best = status
            case (.unknown(.noSource), .unknown): best = status
            default: continue
            }
        }
        return best
    }
}
