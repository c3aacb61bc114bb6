internal import SwiftASN1

/// A name of an issuer or subject: a sequence of sets of attributes. RFC 5280 §4.1.2.4.
///
/// Equality is that of RFC 5280 §7.1: letter case and runs of spaces do not count, nor does which kind of DirectoryString holds the text.
public struct DistinguishedName: Sendable {
    /// Sets of attributes, the most significant first, as encoded.
    public let relativeNames: [[Attribute]]
    /// DER of the name, as parsed or as made.
    public let derBytes: [UInt8]

    /// One attribute: what it is, and its value.
    public struct Attribute: Hashable, Sendable {
        public let type: ObjectIdentifier
        public let value: Value
    }

    /// A value, by the string type that holds it.
    public enum Value: Hashable, Sendable {
        case utf8(String)
        case printable(String)
        case ia5(String)
        /// Another type, as the DER of the whole value.
        case other(encoding: [UInt8])

        /// The text, when it is of one of the three types that are read as text.
        public var text: String? {
            switch self {
            case .utf8(let text), .printable(let text), .ia5(let text): text
            case .other: nil
            }
        }

        var isIA5: Bool { if case .ia5 = self { true } else { false } }
    }

    /// The name with no attributes. A certificate with this subject names it in a critical subject alternative name.
    public static let empty = DistinguishedName(relativeNames: [], derBytes: [0x30, 0x00])

    public var isEmpty: Bool { relativeNames.isEmpty }

    /// The texts of every attribute of this type, in order.
    public func texts(of type: ObjectIdentifier) -> [String] {
        relativeNames.joined().lazy.filter { $0.type == type }.compactMap(\.value.text)
    }

    private init(relativeNames: [[Attribute]], derBytes: [UInt8]) {
        self.relativeNames = relativeNames
        self.derBytes = derBytes
    }
}

// MARK: - Making

extension DistinguishedName {
    /// The most characters in an organisation or common name. RFC 5280 appendix A.1: ub-organization-name, ub-common-name.
    public static let longestText = 64

    /// A name of at most these two, the organisation first.
    ///
    /// Each becomes a PrintableString where its characters allow, else a UTF8String. Refuses an empty text, one of more than
    /// 64 characters, and control characters.
    public init(commonName: String?, organization: String? = nil) throws(CertificateFailure) {
        var attributes: [Attribute] = []
        if let organization { attributes.append(try Self.attribute(.organizationName, organization)) }
        if let commonName { attributes.append(try Self.attribute(.commonName, commonName)) }
        self.init(attributes)
    }

    /// Each attribute in a set of its own.
    init(_ attributes: [Attribute]) {
        let der = DER.Serializer.bytes { der in
            der.sequence { der in
                for attribute in attributes {
                    der.set { der in
                        der.sequence { der in
                            der.objectIdentifier(attribute.type)
                            der.serializeRawBytes(attribute.value.encoding)
                        }
                    }
                }
            }
        }
        self.init(relativeNames: attributes.map { [$0] }, derBytes: der)
    }

    private static func attribute(_ type: ObjectIdentifier, _ text: String) throws(CertificateFailure) -> Attribute {
        let hasControl = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard !text.isEmpty, text.unicodeScalars.count <= longestText, !hasControl else {
            throw .attribute(type, text: text)
        }
        return Attribute(type: type, value: text.utf8.allSatisfy(isPrintable) ? .printable(text) : .utf8(text))
    }

    /// X.680 §41.4: the characters of a PrintableString.
    fileprivate static func isPrintable(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "'")...UInt8(ascii: ")"), UInt8(ascii: "+")...UInt8(ascii: ":"): true
        case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: "?"): true
        default: false
        }
    }
}

extension DistinguishedName.Value {
    /// The DER of the value.
    var encoding: [UInt8] {
        switch self {
        case .utf8(let text): DER.Serializer.bytes { $0.primitive(.utf8String, text.utf8) }
        case .printable(let text): DER.Serializer.bytes { $0.primitive(.printableString, text.utf8) }
        case .ia5(let text): DER.Serializer.bytes { $0.primitive(.ia5String, text.utf8) }
        case .other(let encoding): encoding
        }
    }
}

// MARK: - Parsing

extension DistinguishedName {
    /// RFC 5280 §4.1.2.4: `SEQUENCE OF SET SIZE (1..MAX) OF SEQUENCE { type, value }`.
    package init(_ reader: inout DERReader) throws(DERFailure) {
        let element = try reader.next(.sequence)
        var names = reader.inside(element)
        var relativeNames: [[Attribute]] = []
        while !names.isAtEnd {
            let set = try names.next(.set)
            relativeNames.append(try Self.attributes(names.inside(set), at: set.start))
        }
        self.init(relativeNames: relativeNames, derBytes: Array(reader.slice(element.encoding)))
    }

    private static func attributes(_ reader: DERReader, at start: Int) throws(DERFailure) -> [Attribute] {
        var reader = reader
        guard !reader.isAtEnd else { throw DERFailure(.empty, at: start) }
        var attributes: [Attribute] = []
        var previous: Range<Int>?
        while !reader.isAtEnd {
            let element = try reader.next(.sequence)
            // X.690 §11.6: a SET OF is written in ascending order of its members' encodings.
            if let previous {
                let isAscending = !reader.slice(element.encoding).lexicographicallyPrecedes(reader.slice(previous))
                guard isAscending else { throw DERFailure(.unsortedSet, at: element.start) }
            }
            previous = element.encoding
            var inside = reader.inside(element)
            let type = try inside.objectIdentifier()
            attributes.append(Attribute(type: type, value: try value(&inside)))
            try inside.finish()
        }
        // Sets are compared by their members: with one twice, two names that differ would be one.
        guard attributes.count == 1 || folded(attributes).count == attributes.count else {
            throw DERFailure(.repeatedMember, at: start)
        }
        return attributes
    }

    private static func value(_ reader: inout DERReader) throws(DERFailure) -> Value {
        let element = try reader.next()
        let contents = reader.slice(element.contents)
        switch element.tag {
        case .utf8String:
            guard let text = String(validating: contents, as: UTF8.self) else {
                throw DERFailure(.notUTF8, at: element.start)
            }
            return .utf8(text)
        case .printableString:
            guard contents.allSatisfy(isPrintable) else { throw DERFailure(.notPrintable, at: element.start) }
            return .printable(String(decoding: contents, as: UTF8.self))
        case .ia5String:
            guard contents.allSatisfy({ $0 < 0x80 }) else { throw DERFailure(.notIA5, at: element.start) }
            return .ia5(String(decoding: contents, as: UTF8.self))
        default:
            return .other(encoding: Array(reader.slice(element.encoding)))
        }
    }
}
