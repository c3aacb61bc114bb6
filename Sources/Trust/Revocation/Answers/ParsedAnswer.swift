internal import SymbolonCertificates
internal import SymbolonKeys

/// What an answer's bytes say. RFC 6960 §4.2.1.
final class ParsedAnswer: Sendable {
    enum Responder: Sendable {
        case name(DistinguishedName)
        /// SHA-1 over the bits of the key.
        case keyHash([UInt8])
    }

    let der: [UInt8]
    let signed: Range<Int>
    let algorithm: Result<SignatureAlgorithm, KeyFailure>
    let signature: Range<Int>
    let responder: Responder
    let producedAt: CertificateTime
    let statuses: [SingleStatus]
    let certificates: [Certificate]
    let nonce: StatusNonce?
    let unknownCritical: ObjectIdentifier?

    init(_ der: [UInt8]) throws(AnswerFailure) {
        let basic = try Self.basicResponse(der)
        self.der = basic
        let version: Int
        var list: DERReader
        let extensionList: DERReader?
        let algorithmRange: Range<Int>
        var certificateList: DERReader?
        do throws(DERFailure) {
            var file = DERReader(basic)
            var response = try file.enter(.sequence)
            try file.finish()
            let data = try response.next(.sequence)
            signed = data.encoding
            algorithmRange = try response.next(.sequence).encoding
            signature = try response.octetsInBitString().indices
            certificateList = try StatusExtensions.tagged(&response, 0)
            try response.finish()

            var reader = response.inside(data)
            if let tagged = try reader.optional(.context(0, isConstructed: true)) {
                var inside = reader.inside(tagged)
                version = try inside.smallInteger()
                try inside.finish()
                guard version != 0 else { throw DERFailure(.defaultWasEncoded, at: tagged.start) }
            } else {
                version = 0
            }
            responder = try Self.responder(&reader)
            producedAt = try reader.time()
            list = try reader.enter(.sequence)
            extensionList = try StatusExtensions.tagged(&reader, 1)
            try reader.finish()
        } catch {
            throw .malformed(error)
        }
        guard version == 0 else { throw .unknownVersion(version) }
        let identifier = basic[algorithmRange]
        algorithm = Result { () throws(KeyFailure) in try SignatureAlgorithm(identifier: identifier) }
        var statuses: [SingleStatus] = []
        while !list.isAtEnd {
            guard statuses.count < StatusAnswer.mostParts else { throw .tooManyParts(limit: StatusAnswer.mostParts) }
            statuses.append(try SingleStatus(&list))
        }
        self.statuses = statuses
        certificates = try Self.certificates(&certificateList)
        let extensions = try Self.extensions(extensionList)
        do throws(StatusExtensions.Failure) {
            nonce = try StatusExtensions.nonce(extensions)
        } catch {
            throw AnswerFailure(error)
        }
        unknownCritical = StatusExtensions.unknownCritical(extensions)
    }

    /// `OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] OPTIONAL }`: what the bytes hold.
    private static func basicResponse(_ der: [UInt8]) throws(AnswerFailure) -> [UInt8] {
        let status: Int
        let type: ObjectIdentifier?
        let contents: [UInt8]
        do throws(DERFailure) {
            var file = DERReader(der)
            var response = try file.enter(.sequence)
            try file.finish()
            status = try response.smallInteger(.enumerated)
            if let tagged = try response.optional(.context(0, isConstructed: true)) {
                var outer = response.inside(tagged)
                var inside = try outer.enter(.sequence)
                try outer.finish()
                type = try inside.objectIdentifier()
                contents = Array(inside.slice(try inside.next(.octetString).contents))
                try inside.finish()
            } else {
                (type, contents) = (nil, [])
            }
            try response.finish()
        } catch {
            throw .malformed(error)
        }
        guard status == 0 else { throw .unsuccessful(code: status) }
        guard let type else {
            throw .malformed(DERFailure(.missing(expected: DERTag.context(0, isConstructed: true).rawValue), at: 0))
        }
        guard type == .ocspBasic else { throw .unknownType(type) }
        return contents
    }

    /// `CHOICE { byName [1] Name, byKey [2] KeyHash }`.
    private static func responder(_ reader: inout DERReader) throws(DERFailure) -> Responder {
        if let tagged = try reader.optional(.context(1, isConstructed: true)) {
            var inside = reader.inside(tagged)
            let name = try DistinguishedName(&inside)
            try inside.finish()
            return .name(name)
        }
        var inside = try reader.enter(.context(2, isConstructed: true))
        let hash = Array(inside.slice(try inside.next(.octetString).contents))
        try inside.finish()
        return .keyHash(hash)
    }

    private static func certificates(_ list: inout DERReader?) throws(AnswerFailure) -> [Certificate] {
        var certificates: [Certificate] = []
        while let reader = list, !reader.isAtEnd {
            guard certificates.count < StatusAnswer.mostParts else {
                throw .tooManyParts(limit: StatusAnswer.mostParts)
            }
            var next = reader
            let range: Range<Int>
            do throws(DERFailure) {
                range = try next.next(.sequence).encoding
            } catch {
                throw .malformed(error)
            }
            list = next
            do throws(CertificateFailure) {
                certificates.append(try Certificate(der: reader.slice(range)))
            } catch {
                throw .certificate(error)
            }
        }
        return certificates
    }

    static func extensions(_ list: DERReader?) throws(AnswerFailure) -> [Extension] {
        do throws(StatusExtensions.Failure) {
            return try StatusExtensions.parse(list)
        } catch {
            throw AnswerFailure(error)
        }
    }
}
