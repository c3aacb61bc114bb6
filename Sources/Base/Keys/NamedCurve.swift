import Crypto
import Foundation
import SwiftASN1

/// The elliptic curves that are believed, always by name (RFC 5480 §2.1.1).
enum NamedCurve: CaseIterable {
    case p256, p384, p521

    /// RFC 5480 §2.1.1: parameters must be a namedCurve. Explicit parameters have a failure of their own, for they are an
    /// attack: a key whose generator the attacker chose can equal a trusted one.
    init(parameters: ASN1Node?) throws(KeyFailure) {
        guard let parameters, !parameters.isNull else { throw .curveNotNamed }
        if parameters.identifier == .sequence { throw .explicitCurveParameters }
        guard let name = try? ASN1ObjectIdentifier(derEncoded: parameters) else { throw .curveNotNamed }
        guard let curve = Self.allCases.first(where: { $0.oid == name }) else {
            throw .unsupportedCurve(oid: name.description)
        }
        self = curve
    }

    var oid: ASN1ObjectIdentifier {
        switch self {
        case .p256: .secp256r1
        case .p384: .secp384r1
        case .p521: .secp521r1
        }
    }

    var kind: PublicKey.Kind {
        switch self {
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        }
    }

    var name: String { kind.description }

    /// Octets of a coordinate, and of a private key (RFC 5915 §3).
    var coordinateOctets: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// SEC 1 §2.3.4: the uncompressed point 04 ‖ x ‖ y; the library refuses one that is not on the curve.
    func verifyingKey(point: ArraySlice<UInt8>) throws(KeyFailure) -> VerifyingKey {
        guard let form = point.first else { throw .keyLength(algorithm: name, octets: 0, expected: pointOctets) }
        guard form == 4 else { throw .pointNotUncompressed(curve: name, form: form) }
        guard point.count == pointOctets else {
            throw .keyLength(algorithm: name, octets: point.count, expected: pointOctets)
        }
        do {
            return switch self {
            case .p256: .p256(try P256.Signing.PublicKey(x963Representation: point))
            case .p384: .p384(try P384.Signing.PublicKey(x963Representation: point))
            case .p521: .p521(try P521.Signing.PublicKey(x963Representation: point))
            }
        } catch {
            throw .pointNotOnCurve(curve: name)
        }
    }

    var pointOctets: Int { 1 + 2 * coordinateOctets }
}
