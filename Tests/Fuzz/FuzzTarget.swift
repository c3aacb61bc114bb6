import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonWire

/// One parser that strangers' bytes reach. Whatever is read is also used: printed, compared, written again.
enum FuzzTarget: String, CaseIterable {
    case certificate
    case request
    case list
    case answer
    case question
    case filter
    case path
    case constraints
    case name
    case pem
    case key
    case head
    case plain

    func read(_ input: [UInt8]) {
        switch self {
        case .certificate:
            if let certificate = try? Certificate(der: input) { Self.use(certificate) }
        case .request:
            guard let request = try? CertificateRequest(der: input) else { return }
            precondition(request.der == input)
            _ = try? request.verifiedPublicKey()
            Self.use(request.extensions)
        case .list:
            if let list = try? CertificateList(der: input) { Self.use(list) }
        case .answer:
            guard let answer = try? StatusAnswer(der: input) else { return }
            _ = (answer.producedAt, answer.count, answer.nonce)
        case .question:
            guard let question = try? PresentedQuestion(der: input) else { return }
            precondition((1...PresentedQuestion.mostCertificates).contains(question.certificates.count))
            precondition((try? PresentedQuestion(der: input)) == question)
        case .filter:
            guard let filter = try? RevocationFilter(der: input) else { return }
            Self.use(filter)
        case .path: FuzzedPath(input)?.verify()
        case .constraints: FuzzedConstraints(input)?.judge()
        case .name: FuzzedName(input).read()
        case .pem:
            guard let blocks = try? PEM.parse(input) else { return }
            let text = blocks.map { PEM.render(label: $0.label, $0.bytes) }.joined()
            precondition((try? PEM.parse(text)) == blocks)
        case .key:
            guard let key = try? SigningKey(pkcs8: SecretBytes(copying: input)) else { return }
            precondition((try? SigningKey(pkcs8: key.pkcs8()))?.publicKey == key.publicKey)
        case .head:
            let text = String(decoding: input, as: UTF8.self)
            guard let head = try? AuditHead(noted: text) else { return }
            precondition((try? AuditHead(noted: head.noted)) == head)
        case .plain:
            guard let request = PlainRequest(input, count: input.count, mostFields: 100) else { return }
            precondition(request.body.upperBound <= input.count && request.target.utf8.first == UInt8(ascii: "/"))
            // Nothing is recognised in a part of it.
            precondition(PlainRequest(input, count: input.count - 1, mostFields: 100) == nil)
        }
    }

    private static func use(_ certificate: Certificate) {
        _ = certificate.subject == certificate.issuer
        _ = (certificate.subject.hashValue, certificate.subject.folded, certificate.serialNumber.description)
        _ = (certificate.subject.description, certificate.issuer.description)
        _ = (certificate.notBefore, certificate.notAfter)
        if let key = certificate.publicKey {
            _ = certificate.isSigned(by: key)
            precondition(key.subjectPublicKeyInfo == certificate.subjectPublicKeyInfo)
        }
        use(certificate.extensions)
        precondition((try? CertificateBundle(pem: certificate.pem))?.certificates == [certificate])
    }

    private static func use(_ extensions: CertificateExtensions) {
        for name in extensions.subjectAlternativeNames ?? [] { _ = try? name.subjectName() }
        for one in extensions.all { _ = (one.identifier.description, one.value.count) }
    }

    /// Asked about certificates that have nothing to do with it.
    private static func use(_ filter: RevocationFilter) {
        _ = (filter.issuerKey, filter.number, filter.baseNumber, filter.thisUpdate, filter.nextUpdate, filter.covers)
        for last in 0..<UInt8(32) {
            guard let number = try? SerialNumber(magnitude: [0x40, last]) else { continue }
            _ = filter.isMarked(number)
        }
        precondition((try? RevocationFilter(der: filter.der))?.der == filter.der)
    }

    private static func use(_ list: CertificateList) {
        _ = (list.issuer.description, list.thisUpdate, list.nextUpdate, list.number, list.baseNumber, list.defect)
        // The serial number of an entry, one that is too long, and one that is in no list.
        for magnitude in [[0x02], [0x01, 0x00], [UInt8](repeating: 0x7F, count: 20)] {
            guard let serialNumber = try? SerialNumber(magnitude: magnitude) else { continue }
            _ = list.revocation(of: serialNumber, from: list.issuer)
        }
    }
}
