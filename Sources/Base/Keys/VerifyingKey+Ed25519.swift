import Crypto
import Foundation

extension VerifyingKey {
    /// RFC 8032 §5.1.5: 32 octets, y little-endian with the sign of x on top.
    ///
    /// The library decodes the point at each verification and fails there when it is not on the curve; what it would let
    /// through is refused here: a y that is not reduced (§5.1.3 step 1), and points of small order, for which one signature
    /// holds for every message.
    init(ed25519 bytes: ArraySlice<UInt8>) throws(KeyFailure) {
        guard bytes.count == 32 else { throw .keyLength(algorithm: "Ed25519", octets: bytes.count, expected: 32) }
        var y = [UInt8](bytes)
        y[31] &= 0x7F
        let isReduced = y[31] != 0x7F || y[0] < 0xED || y[1...30].contains { $0 != 0xFF }
        guard isReduced else { throw .pointNotCanonical }
        guard !Self.smallOrder.contains(y) else { throw .pointOfSmallOrder }
        do { self = .message(try Curve25519.Signing.PublicKey(rawRepresentation: bytes)) } catch {
            throw .keyLength(algorithm: "Ed25519", octets: bytes.count, expected: 32)
        }
    }

    /// The y coordinates of the eight points whose order divides 8, sign bit cleared: orders 4, 1 and 2 (y = 0, 1, -1), and
    /// the two y of order 8.
    private static let smallOrder: Set<[UInt8]> = [
        [UInt8](repeating: 0, count: 32),
        [1] + [UInt8](repeating: 0, count: 31),
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
            0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
            0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
    ]
}
