import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonNames
import SymbolonStorage
import SymbolonVerification
import SymbolonWire

/// The way to an ACME server, as the home remembers it.
struct ACMEAccess {
    let client: ACMEClient
    let identifiers: [ACMEIdentifier]
    let proof: ACMEProof

    init(_ origin: ACMEOrigin) throws {
        client = try ACMEClient(directory: origin.directory, trusting: try Self.verifier(origin.serverAnchors))
        identifiers = try origin.names.map { text in
            guard let identifier = ACMEIdentifier(text) else {
                throw Complaint(what: "\"\(text.printable)\" is not a name that an ACME server certifies")
            }
            return identifier
        }
        guard let way = ACMEProof.Way(rawValue: origin.challenge) else {
            throw Complaint(what: "\"\(origin.challenge.printable)\" is no way of proof that is known here")
        }
        let place = try Input.parse(origin.listen, as: "an address to listen at", HostAndPort.init)
        proof = ACMEProof(way, listeningAt: ServerAddress(host: place.host, port: place.port))
    }

    /// - Parameter anchors: nil: those that the system trusts.
    private static func verifier(_ anchors: String?) throws -> Verifier {
        let certificates = try anchors.map { try CertificateBundle(pem: $0).certificates } ?? systemAnchors()
        return Verifier(anchors: certificates.map { TrustAnchor($0, for: $0.anchoredTrustDomain) })
    }

    private static func systemAnchors() throws -> [Certificate] {
        guard let file = SystemAnchors.file else {
            throw Complaint(
                what: "nothing says whom to trust as the ACME server", why: "this system keeps no list of authorities",
                mend: "name its root: --trust FILE", exit: .undecided)
        }
        return try SystemAnchors.certificates(at: file)
    }
}

extension Certificate {
    /// The trust domain that an authority's certificate says it speaks for: a SPIFFE ID without path.
    var anchoredTrustDomain: TrustDomain? {
        let names = (extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() }
        for case .spiffe(let identity) in names where identity.path.isEmpty { return identity.trustDomain }
        return nil
    }
}
