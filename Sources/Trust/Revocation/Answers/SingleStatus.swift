internal import SymbolonCertificates

/// What an answer says of one certificate. RFC 6960 §4.2.1, SingleResponse.
struct SingleStatus: Sendable {
    enum Meaning: Sendable {
        case good
        case revoked(RevocationReason, since: CertificateTime)
        case unknown
    }

    let identifier: CertificateID
    let meaning: Meaning
    let thisUpdate: CertificateTime
    let nextUpdate: CertificateTime?
    let unknownCritical: ObjectIdentifier?

    init(_ list: inout DERReader) throws(AnswerFailure) {
        let extensionList: DERReader?
        do throws(DERFailure) {
            var inside = try list.enter(.sequence)
            identifier = try CertificateID(&inside)
            meaning = try Self.meaning(&inside)
            thisUpdate = try inside.time()
            if let tagged = try inside.optional(.context(0, isConstructed: true)) {
                var time = inside.inside(tagged)
                nextUpdate = try time.time()
                try time.finish()
            } else {
                nextUpdate = nil
            }
            extensionList = try StatusExtensions.tagged(&inside, 1)
            try inside.finish()
        } catch {
            throw .malformed(error)
        }
        unknownCritical = try ParsedAnswer.extensions(extensionList).first { $0.isCritical }?.identifier
    }

    /// `CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }`.
    private static func meaning(_ reader: inout DERReader) throws(DERFailure) -> Meaning {
        if let tagged = try reader.optional(.context(1, isConstructed: true)) {
            var inside = reader.inside(tagged)
            let since = try inside.time()
            guard let reason = try inside.optional(.context(0, isConstructed: true)) else {
                try inside.finish()
                return .revoked(.unspecified, since: since)
            }
            try inside.finish()
            var value = inside.inside(reason)
            let code = try value.smallInteger(.enumerated)
            try value.finish()
            guard let known = RevocationReason(code: code) else {
                throw DERFailure(.integerOutOfRange, at: reason.start)
            }
            return .revoked(known, since: since)
        }
        let isGood = reader.nextTag == .context(0)
        let null = isGood ? try reader.next() : try reader.next(.context(2))
        guard null.contents.isEmpty else {
            throw DERFailure(.trailingBytes(count: null.contents.count), at: null.start)
        }
        return isGood ? .good : .unknown
    }
}
