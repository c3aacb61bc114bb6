internal import SwiftASN1

/// The purposes the key may serve. RFC 5280 §4.2.1.12.
public struct ExtendedKeyUsage: Hashable, Sendable, CustomStringConvertible {
    /// As listed; at least one.
    public let purposes: [KeyPurpose]

    public init(_ first: KeyPurpose, _ others: KeyPurpose...) {
        purposes = [first] + others
    }

    /// Nil when the list is empty, which the extension may not be.
    public init?(_ purposes: [KeyPurpose]) {
        guard !purposes.isEmpty else { return nil }
        self.purposes = purposes
    }

    /// True when this very purpose is listed; ``KeyPurpose/any`` stands only for itself.
    public func contains(_ purpose: KeyPurpose) -> Bool {
        purposes.contains(purpose)
    }

    public var description: String { purposes.map(\.description).joined(separator: ", ") }

    init(_ reader: inout DERReader) throws(DERFailure) {
        let start = reader.position
        var inside = try reader.enter(.sequence)
        var purposes: [KeyPurpose] = []
        while !inside.isAtEnd { purposes.append(KeyPurpose(try inside.objectIdentifier())) }
        guard !purposes.isEmpty else { throw DERFailure(.empty, at: start) }
        self.purposes = purposes
    }

    var derBytes: [UInt8] {
        DER.Serializer.bytes { der in
            der.sequence { der in
                for purpose in purposes { der.objectIdentifier(purpose.identifier) }
            }
        }
    }
}

/// One purpose of a key.
public enum KeyPurpose: Hashable, Sendable, CustomStringConvertible {
    case serverAuth, clientAuth, codeSigning, emailProtection, timeStamping, ocspSigning
    /// anyExtendedKeyUsage.
    case any
    case unknown(ObjectIdentifier)

    public init(_ identifier: ObjectIdentifier) {
        self = Self.known.first { $0.identifier == identifier }?.purpose ?? .unknown(identifier)
    }

    public var identifier: ObjectIdentifier {
        switch self {
        case .serverAuth: .serverAuth
        case .clientAuth: .clientAuth
        case .codeSigning: .codeSigning
        case .emailProtection: .emailProtection
        case .timeStamping: .timeStamping
        case .ocspSigning: .ocspSigning
        case .any: .anyExtendedKeyUsage
        case .unknown(let identifier): identifier
        }
    }

    /// The name in RFC 5280 §4.2.1.12, or the dotted identifier.
    public var description: String {
        switch self {
        case .serverAuth: "serverAuth"
        case .clientAuth: "clientAuth"
        case .codeSigning: "codeSigning"
        case .emailProtection: "emailProtection"
        case .timeStamping: "timeStamping"
        case .ocspSigning: "OCSPSigning"
        case .any: "anyExtendedKeyUsage"
        case .unknown(let identifier): identifier.description
        }
    }

    private static let known: [(identifier: ObjectIdentifier, purpose: KeyPurpose)] = [
        .serverAuth, .clientAuth, .codeSigning, .emailProtection, .timeStamping, .ocspSigning, .any,
    ].map { ($0.identifier, $0) }
}
