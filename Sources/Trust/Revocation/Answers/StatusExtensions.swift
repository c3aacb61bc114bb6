internal import SymbolonCertificates

/// The extensions of a question, an answer, or a part of either. RFC 6960 §4.4.
enum StatusExtensions {
    enum Failure: Error {
        case malformed(DERFailure)
        case tooMany(limit: Int)
        case duplicate(ObjectIdentifier)
        case nonceLength(octets: Int)
    }

    /// `[number] EXPLICIT SEQUENCE OF … OPTIONAL`: a reader of the members.
    static func tagged(_ reader: inout DERReader, _ number: UInt8) throws(DERFailure) -> DERReader? {
        guard let element = try reader.optional(.context(number, isConstructed: true)) else { return nil }
        var inside = reader.inside(element)
        let list = try inside.enter(.sequence)
        try inside.finish()
        return list
    }

    static func parse(_ list: DERReader?) throws(Failure) -> [Extension] {
        guard var list else { return [] }
        var extensions: [Extension] = []
        while !list.isAtEnd {
            guard extensions.count < StatusAnswer.mostParts else { throw .tooMany(limit: StatusAnswer.mostParts) }
            let next: Extension
            do throws(DERFailure) {
                next = try Extension.parse(&list).0
            } catch {
                throw .malformed(error)
            }
            guard !extensions.contains(where: { $0.identifier == next.identifier }) else {
                throw .duplicate(next.identifier)
            }
            extensions.append(next)
        }
        return extensions
    }

    /// RFC 9654 §2.1.
    static func nonce(_ extensions: [Extension]) throws(Failure) -> StatusNonce? {
        guard let value = extensions.first(where: { $0.identifier == .ocspNonce })?.value else { return nil }
        let octets: [UInt8]
        do throws(DERFailure) {
            var reader = DERReader(Array(value))
            octets = Array(reader.slice(try reader.next(.octetString).contents))
            try reader.finish()
        } catch {
            throw .malformed(error)
        }
        guard let nonce = StatusNonce(bytes: octets) else { throw .nonceLength(octets: octets.count) }
        return nonce
    }

    static func unknownCritical(_ extensions: [Extension]) -> ObjectIdentifier? {
        extensions.first { $0.isCritical && $0.identifier != .ocspNonce }?.identifier
    }
}

extension AnswerFailure {
    init(_ failure: StatusExtensions.Failure) {
        switch failure {
        case .malformed(let failure): self = .malformed(failure)
        case .tooMany(let limit): self = .tooManyParts(limit: limit)
        case .duplicate(let identifier): self = .duplicateExtension(identifier)
        case .nonceLength(let octets): self = .nonceLength(octets: octets)
        }
    }
}

extension QuestionFailure {
    init(_ failure: StatusExtensions.Failure) {
        switch failure {
        case .malformed(let failure): self = .malformed(failure)
        case .tooMany(let limit): self = .tooManyParts(limit: limit)
        case .duplicate(let identifier): self = .duplicateExtension(identifier)
        case .nonceLength(let octets): self = .nonceLength(octets: octets)
        }
    }
}
