internal import SwiftASN1
public import SymbolonNames

/// A name in a certificate, as it was written: nothing said of whether it is a good one of its kind. RFC 5280 §4.2.1.6.
public enum GeneralName: Hashable, Sendable {
    /// The text of a dNSName, every ASCII character kept.
    case dns(String)
    /// The text of an rfc822Name.
    case mail(String)
    /// The text of a uniformResourceIdentifier.
    case uri(String)
    /// The octets of an iPAddress, however many there are.
    case ip([UInt8])
    case directory(DistinguishedName)
    /// Another kind: its tag number, 0 (otherName), 3, 5 or 8, and its contents octets.
    case other(tag: UInt8, [UInt8])

    /// How a certificate would write this name.
    public init(_ name: SubjectName) {
        self =
            switch name {
            case .spiffe(let id): .uri(id.description)
            case .dns(let pattern): .dns(pattern.description)
            case .ip(let address): .ip(address.bytes)
            case .mail(let mailbox): .mail(mailbox.description)
            case .uri(let uri): .uri(uri.description)
            }
    }

    /// The name a peer may be believed under; nil for a directory name and for the kinds that no peer is asked for by.
    ///
    /// Kinds are never mixed: text that looks like an address in a dNSName is refused and does not become an address.
    /// - Throws: why the text or octets are not a name of their kind.
    public func subjectName() throws(NameFailure) -> SubjectName? {
        switch self {
        case .dns(let text): .dns(try DNSPattern(text))
        case .mail(let text): .mail(try Mailbox(text))
        case .uri(let text): try SubjectName(uri: text)
        case .ip(let octets): .ip(try IPAddress(bytes: octets))
        case .directory, .other: nil
        }
    }
}

// MARK: - Encoding

extension GeneralName {
    private static let directoryTag: UInt8 = 4
    /// otherName, x400Address and ediPartyName are constructed; registeredID is not.
    private static let constructedTags: Set<UInt8> = [0, 3, 5]

    /// RFC 5280 §4.2.1.6: one member of the CHOICE.
    package init(_ reader: inout DERReader) throws(DERFailure) {
        guard let tag = reader.nextTag else { throw DERFailure(.truncated, at: reader.position) }
        switch tag {
        case .context(1): self = .mail(try reader.ia5Text(tag))
        case .context(2): self = .dns(try reader.ia5Text(tag))
        case .context(6): self = .uri(try reader.ia5Text(tag))
        case .context(7): self = .ip(Array(reader.slice(try reader.next().contents)))
        case .context(Self.directoryTag, isConstructed: true):
            var inside = try reader.enter(tag)
            self = .directory(try DistinguishedName(&inside))
            try inside.finish()
        case .context(0, isConstructed: true), .context(3, isConstructed: true), .context(5, isConstructed: true),
            .context(8):
            self = .other(tag: tag.number, Array(reader.slice(try reader.next().contents)))
        default:
            throw DERFailure(
                .unexpectedTag(expected: DERTag.context(2).rawValue, found: tag.rawValue), at: reader.position)
        }
    }

    /// RFC 5280 §4.2.1.6: `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName`, given the members.
    package static func list(_ reader: inout DERReader) throws(DERFailure) -> [GeneralName] {
        guard !reader.isAtEnd else { throw DERFailure(.empty, at: reader.position) }
        var names: [GeneralName] = []
        while !reader.isAtEnd { names.append(try GeneralName(&reader)) }
        return names
    }

    func write(into der: inout DER.Serializer) {
        switch self {
        case .mail(let text): der.context(1, primitive: text.utf8)
        case .dns(let text): der.context(2, primitive: text.utf8)
        case .uri(let text): der.context(6, primitive: text.utf8)
        case .ip(let octets): der.context(7, primitive: octets)
        case .directory(let name): Self.write(directory: name.derBytes, into: &der)
        case .other(let tag, let contents) where Self.constructedTags.contains(tag):
            der.context(UInt(tag)) { $0.serializeRawBytes(contents) }
        case .other(let tag, let contents): der.context(UInt(tag), primitive: contents)
        }
    }
    /// A directoryName, given the DER of the name. It is tagged explicitly: Name is a CHOICE (X.680 §31.2.7).
    static func write(directory name: [UInt8], into der: inout DER.Serializer) {
        der.context(UInt(directoryTag)) { $0.serializeRawBytes(name) }
    }
}
