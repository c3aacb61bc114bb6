internal import SymbolonCertificates

/// A question as a stranger put it to a responder: parsed, nothing decided. RFC 6960 §4.1.
public struct PresentedQuestion: Equatable, Sendable {
    /// The largest that is read, in octets. 4 KiB: sixteen certificates and a nonce are under 2 KiB.
    public static let largest = 4096
    /// Certificates in one question. RFC 9919 §3.1.1 has one; some clients ask for a chain at once.
    public static let mostCertificates = 16

    /// At least one.
    package let certificates: [CertificateID]
    public let nonce: StatusNonce?

    /// A signature is passed over: RFC 6960 §4.1.2 leaves it to the requestor, and RFC 9919 §3.1.2 lets a responder ignore it.
    /// Everybody may ask.
    public init(der: some Collection<UInt8>) throws(QuestionFailure) {
        guard der.count <= Self.largest else { throw .tooLarge(octets: der.count, limit: Self.largest) }
        var list: DERReader
        let extensionList: DERReader?
        let version: Int
        do throws(DERFailure) {
            var file = DERReader(Array(der))
            var question = try file.enter(.sequence)
            try file.finish()
            var reader = try question.enter(.sequence)
            _ = try question.optional(.context(0, isConstructed: true))
            try question.finish()

            version = try Self.version(&reader)
            // requestorName: nobody is told apart.
            _ = try reader.optional(.context(1, isConstructed: true))
            list = try reader.enter(.sequence)
            extensionList = try StatusExtensions.tagged(&reader, 2)
            try reader.finish()
            guard !list.isAtEnd else { throw DERFailure(.empty, at: list.position) }
        } catch {
            throw .malformed(error)
        }
        guard version == 0 else { throw .unknownVersion(version) }
        var certificates: [CertificateID] = []
        while !list.isAtEnd {
            guard certificates.count < Self.mostCertificates else {
                throw .tooManyParts(limit: Self.mostCertificates)
            }
            certificates.append(try Self.certificate(&list))
        }
        self.certificates = certificates
        let extensions = try Self.extensions(extensionList)
        do throws(StatusExtensions.Failure) {
            nonce = try StatusExtensions.nonce(extensions)
        } catch {
            throw QuestionFailure(error)
        }
    }

    /// `[0] EXPLICIT Version DEFAULT v1`.
    private static func version(_ reader: inout DERReader) throws(DERFailure) -> Int {
        guard let tagged = try reader.optional(.context(0, isConstructed: true)) else { return 0 }
        var inside = reader.inside(tagged)
        let version = try inside.smallInteger()
        try inside.finish()
        guard version != 0 else { throw DERFailure(.defaultWasEncoded, at: tagged.start) }
        return version
    }

    /// `SEQUENCE { reqCert CertID, singleRequestExtensions [0] EXPLICIT Extensions OPTIONAL }`.
    private static func certificate(_ list: inout DERReader) throws(QuestionFailure) -> CertificateID {
        let identifier: CertificateID
        let extensionList: DERReader?
        do throws(DERFailure) {
            var inside = try list.enter(.sequence)
            identifier = try CertificateID(&inside)
            extensionList = try StatusExtensions.tagged(&inside, 0)
            try inside.finish()
        } catch {
            throw .malformed(error)
        }
        _ = try extensions(extensionList)
        return identifier
    }

    private static func extensions(_ list: DERReader?) throws(QuestionFailure) -> [Extension] {
        let extensions: [Extension]
        do throws(StatusExtensions.Failure) {
            extensions = try StatusExtensions.parse(list)
        } catch {
            throw QuestionFailure(error)
        }
        // RFC 6960 §4.1.2: "Unrecognized extensions MUST be ignored (unless they have the critical flag set and are not
        // understood)".
        if let unknown = StatusExtensions.unknownCritical(extensions) { throw .unknownCriticalExtension(unknown) }
        return extensions
    }
}
