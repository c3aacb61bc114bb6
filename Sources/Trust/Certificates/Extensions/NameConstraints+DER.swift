internal import SwiftASN1
internal import SymbolonNames

/// RFC 5280 §4.2.1.10: `NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] }`.
extension NameConstraints {
    init(extensionValue reader: inout DERReader) throws(CertificateFailure) {
        let parsed: (permitted: [Base]?, excluded: [Base]?)
        do throws(DERFailure) {
            let start = reader.position
            var inside = try reader.enter(.sequence)
            parsed.permitted = try Self.bases(&inside, .context(0, isConstructed: true))
            parsed.excluded = try Self.bases(&inside, .context(1, isConstructed: true))
            try inside.finish()
            try reader.finish()
            // "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
            guard parsed.permitted != nil || parsed.excluded != nil else { throw DERFailure(.empty, at: start) }
        } catch {
            throw .malformed(.extension(.nameConstraints), error)
        }
        self.init(
            permitted: try Self.subtrees(parsed.permitted ?? []), excluded: try Self.subtrees(parsed.excluded ?? []))
    }

    private struct Base {
        let name: GeneralName
        let hasDistance: Bool
    }

    /// `GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { base, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }`.
    private static func bases(_ reader: inout DERReader, _ tag: DERTag) throws(DERFailure) -> [Base]? {
        guard let element = try reader.optional(tag) else { return nil }
        var list = reader.inside(element)
        guard !list.isAtEnd else { throw DERFailure(.empty, at: element.start) }
        var bases: [Base] = []
        while !list.isAtEnd {
            var subtree = try list.enter(.sequence)
            let name = try GeneralName(&subtree)
            let minimum = try subtree.optional(.context(0))
            let maximum = try subtree.optional(.context(1))
            try subtree.finish()
            bases.append(Base(name: name, hasDistance: minimum != nil || maximum != nil))
        }
        return bases
    }

    private static func subtrees(_ bases: [Base]) throws(CertificateFailure) -> [NameSubtree] {
        var subtrees: [NameSubtree] = []
        subtrees.reserveCapacity(bases.count)
        for base in bases {
            guard !base.hasDistance else { throw .nameConstraintDistance }
            do throws(NameFailure) {
                subtrees.append(try subtree(base.name))
            } catch {
                throw .nameConstraint(error)
            }
        }
        return subtrees
    }

    private static func subtree(_ name: GeneralName) throws(NameFailure) -> NameSubtree {
        switch name {
        case .dns(let text): .dns(try DNSSubtree(text))
        case .mail(let text): .mail(try MailSubtree(text))
        case .uri(let text): .uri(try URISubtree(text))
        case .ip(let octets): .ip(try IPNetwork(bytes: octets))
        case .directory(let name): .directory(name.folded)
        case .other(let tag, _): .unsupported(tag: tag)
        }
    }

    /// - Precondition: no subtree is of an unsupported kind, whose base is not kept.
    var derBytes: [UInt8] {
        DER.Serializer.bytes { der in
            der.sequence { der in
                if !permitted.isEmpty { der.context(0) { der in Self.write(permitted, into: &der) } }
                if !excluded.isEmpty { der.context(1) { der in Self.write(excluded, into: &der) } }
            }
        }
    }

    private static func write(_ subtrees: [NameSubtree], into der: inout DER.Serializer) {
        for subtree in subtrees {
            der.sequence { der in write(baseOf: subtree, into: &der) }
        }
    }

    private static func write(baseOf subtree: NameSubtree, into der: inout DER.Serializer) {
        switch subtree {
        case .dns(let subtree): GeneralName.dns(subtree.description).write(into: &der)
        case .mail(let subtree): GeneralName.mail(subtree.description).write(into: &der)
        case .uri(let subtree): GeneralName.uri(subtree.description).write(into: &der)
        case .ip(let network): GeneralName.ip(network.bytes).write(into: &der)
        case .directory(let name): GeneralName.write(directory: name.derBytes, into: &der)
        case .unsupported(let tag): preconditionFailure("a name constraint of kind \(tag) cannot be made")
        }
    }
}
