import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport

/// An OCSP answer to be made for a test: start from a good one by the issuing authority itself, spoil one thing, build.
struct AnswerSpec {
    enum Meaning {
        case good, unknown
        case revoked(code: UInt8?)
    }

    struct Status {
        var identifier: CertificateID
        var meaning = Meaning.good
        var thisUpdate = noon - 1 * .hour
        var nextUpdate: Date? = noon + 1 * .hour
        var extensions: [Extension] = []
    }

    var responseStatus: UInt8 = 0
    var type = ObjectIdentifier.ocspBasic
    /// DER of the ResponderID.
    var responder: [UInt8]
    var key: SigningKey
    var statuses: [Status]
    var nonce: [UInt8]?
    var otherExtensions: [Extension] = []
    var certificates: [[UInt8]] = []
    var breaksSignature = false

    /// By `issuer` itself, of one certificate.
    init(
        about certificate: Certificate, from issuer: Certificate, _ digest: CertificateID.Digest = .sha1,
        by key: SigningKey
    ) {
        guard let identifier = CertificateID(of: certificate.serialNumber, from: issuer, by: digest) else {
            fatalError("the issuer has no key")
        }
        statuses = [Status(identifier: identifier)]
        responder = Self.named(issuer.subject)
        self.key = key
    }

    static func named(_ name: DistinguishedName) -> [UInt8] {
        DERWriter.element(.context(1, isConstructed: true), name.derBytes)
    }

    static func keyed(_ certificate: Certificate) -> [UInt8] {
        guard let identifier = CertificateID(of: certificate.serialNumber, from: certificate, by: .sha1) else {
            fatalError("the responder has no key")
        }
        var reader = DERReader(identifier.derBytes)
        guard var inside = try? reader.enter(.sequence), (try? inside.next()) != nil, (try? inside.next()) != nil,
            let hash = try? inside.next()
        else { fatalError("an identifier is four elements") }
        return DERWriter.element(.context(2, isConstructed: true), Array(inside.slice(hash.encoding)))
    }

    /// A delegate answers in place of the issuer.
    mutating func delegate(to spec: CertificateSpec, _ der: [UInt8]) {
        responder = Self.named(spec.subject)
        key = spec.key
        certificates = [der]
    }

    var der: [UInt8] {
        let algorithm = key.signatureAlgorithm.identifier
        let members = statuses.map(encoded).joined()
        var extensions = otherExtensions
        if let nonce {
            extensions.append(
                Extension(.ocspNonce, isCritical: false, value: DERWriter.element(.octetString, nonce)))
        }
        let data = DERWriter.sequence(
            responder, generalizedTime(noon - 60), DERWriter.element(.sequence, Array(members)), tagged(extensions))
        guard var signature = try? key.sign(data) else { fatalError("the test's responder cannot sign") }
        if breaksSignature { signature[signature.count - 1] ^= 1 }
        let basic = DERWriter.sequence(
            data, algorithm, DERWriter.element(.bitString, [0] + signature),
            certificates.isEmpty
                ? []
                : DERWriter.element(
                    .context(0, isConstructed: true),
                    DERWriter.element(.sequence, Array(certificates.joined()))))
        let bytes = DERWriter.sequence(
            DERWriter.objectIdentifier(type), DERWriter.element(.octetString, basic))
        return DERWriter.sequence(
            DERWriter.element(.enumerated, [responseStatus]),
            responseStatus == 0 ? DERWriter.element(.context(0, isConstructed: true), bytes) : [])
    }

    func answer(to question: StatusQuestion? = nil) throws -> StatusAnswer {
        try StatusAnswer(der: der, to: question)
    }

    private func encoded(_ status: Status) -> [UInt8] {
        let meaning: [UInt8]
        switch status.meaning {
        case .good: meaning = DERWriter.element(.context(0), [])
        case .unknown: meaning = DERWriter.element(.context(2), [])
        case .revoked(let code):
            let reason = code.map {
                DERWriter.element(.context(0, isConstructed: true), DERWriter.element(.enumerated, [$0]))
            }
            meaning = DERWriter.element(
                .context(1, isConstructed: true), generalizedTime(noon - 2 * .hour) + (reason ?? []))
        }
        return DERWriter.sequence(
            status.identifier.derBytes, meaning, generalizedTime(status.thisUpdate),
            status.nextUpdate.map {
                DERWriter.element(.context(0, isConstructed: true), generalizedTime($0))
            } ?? [], tagged(status.extensions))
    }

    private func tagged(_ extensions: [Extension]) -> [UInt8] {
        extensions.isEmpty
            ? []
            : DERWriter.element(
                .context(1, isConstructed: true),
                DERWriter.element(.sequence, SymbolonTestSupport.encoded(extensions)))
    }

    private func generalizedTime(_ date: Date) -> [UInt8] {
        let digits = CertificateTime(date).description.filter { $0.isNumber || $0 == "Z" }
        return DERWriter.element(.generalizedTime, Array(digits.utf8))
    }
}
