internal import SwiftASN1

/// Whether the subject is an authority, and how many others may follow it. RFC 5280 §4.2.1.9.
public struct BasicConstraints: Hashable, Sendable {
    public var isAuthority: Bool
    /// The most intermediates, self-issued ones not counted, between this certificate and the leaf. Means something only
    /// for an authority; on others it is kept for the verifier to refuse. Never negative.
    public var pathLength: Int?

    public init(isAuthority: Bool, pathLength: Int? = nil) {
        self.isAuthority = isAuthority
        self.pathLength = pathLength
    }

    init(_ reader: inout DERReader) throws(DERFailure) {
        var inside = try reader.enter(.sequence)
        isAuthority = try inside.booleanDefaultFalse()
        pathLength = inside.isAtEnd ? nil : try inside.smallInteger()
        try inside.finish()
    }

    var derBytes: [UInt8] {
        DER.Serializer.bytes { der in
            der.sequence { der in
                if isAuthority { der.boolean(true) }
                if let pathLength { der.integer(pathLength) }
            }
        }
    }
}
