public import Foundation
public import SymbolonCertificates
internal import SymbolonKeys

/// Everything that an operator has gathered on revocation, and what it says of a certificate.
///
/// Nothing is fetched here, and least of all from an address within a certificate: lists and answers come from configured
/// places, ahead of need. Revoked by one source outranks good by another, and good outranks silence.
///
/// Copies share one store.
public struct RevocationSources: Sendable {
    private final class Gathered: Sendable {
        let snapshot: RevocationSnapshot
        let lists: [CertificateList]
        let answers: [StatusAnswer]
        let filters: [RevocationFilter]
        let signers: [Certificate]

        init(
            _ snapshot: RevocationSnapshot, _ lists: [CertificateList], _ answers: [StatusAnswer],
            _ filters: [RevocationFilter], _ signers: [Certificate]
        ) {
            (self.snapshot, self.lists, self.answers) = (snapshot, lists, answers)
            (self.filters, self.signers) = (filters, signers)
        }
    }

    private let gathered: Gathered

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
        gathered = Gathered(snapshot, lists, answers, filters, signers)
    }

    public var snapshot: RevocationSnapshot { gathered.snapshot }
    private var lists: [CertificateList] { gathered.lists }
    private var answers: [StatusAnswer] { gathered.answers }
    private var filters: [RevocationFilter] { gathered.filters }
    /// Who may have signed the lists, beside the authorities of a path.
    private var signers: [Certificate] { gathered.signers }

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

    /// True when there is nothing but a snapshot.
    public var isSnapshotAlone: Bool { lists.isEmpty && answers.isEmpty && filters.isEmpty }

    /// False when only the snapshot can know of `certificate`: a look-up then needs no more than a key and a serial number, and
    /// nobody has to gather what stands above it.
    public func mayConcern(_ certificate: Certificate) -> Bool {
        !(answers.isEmpty && filters.isEmpty) || lists.contains { $0.mayConcern(certificate) }
    }

    /// What the snapshot alone knows.
    public func status(of certificate: CertificateIdentifier, at now: Date) -> RevocationStatus {
        gathered.snapshot.status(of: certificate, at: now)
    }

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
        func isUnrevoked(_ signer: Certificate, under above: IssuerPath) -> Bool {
            if assumed.contains(signer) { return true }
            // One step: a signer's signer is an authority of the path or the signer itself.
            guard assumed.isEmpty else { return false }
            let status = self.status(of: signer, under: above, stapled: [], at: now, assuming: [signer])
            if case .good = status { return true }
            return false
        }
        var found = Findings()
        found.add(
            gathered.snapshot.status(
                of: CertificateIdentifier(issuerKey: issuerKey, serialNumber: certificate.serialNumber), at: now))
        if !lists.isEmpty {
            let check = ListSigners(path: path, configured: signers, now: now)
            found.add(byLists(certificate, check, isUnrevoked))
        }
        if !filters.isEmpty {
            found.add(FilterCheck(certificate: certificate, path: path, now: now).status(by: filters))
        }
        for answer in answers + stapled {
            found.add(AnswerCheck(certificate: certificate, path: path, now: now).status(by: answer, isUnrevoked))
        }
        return found.status
    }

    private func byLists(
        _ certificate: Certificate, _ signers: ListSigners, _ isUnrevoked: (Certificate, IssuerPath) -> Bool
    ) -> RevocationStatus {
        do throws(DERFailure) {
            let points = try DistributionPoint.named(in: certificate)
            return ListCheck(certificate: certificate, points: points, signers: signers)
                .status(by: lists, isUnrevoked)
        } catch {
            return .unknown(.distributionPointsMalformed(error))
        }
    }
}

/// Revoked, else good, else the first reason for silence that says more than that there is no source.
private struct Findings {
    private(set) var status = RevocationStatus.unknown(.noSource)

    mutating func add(_ other: RevocationStatus) {
        switch (status, other) {
        case (.revoked, _): break
        case (_, .revoked), (.unknown, .good), (.unknown(.noSource), .unknown): status = other
        default: break
        }
    }
}
