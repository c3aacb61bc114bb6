import Foundation

/// The fixed octets around the keys that are made here. Every length is known beforehand, so a private key is written
/// straight into wiped memory and no intermediate copy of it is left behind.
struct KeyEncoding {
    /// SubjectPublicKeyInfo up to the subjectPublicKey bits (RFC 5480 §2, RFC 8410 §4).
    let publicPrefix: [UInt8]
    /// PrivateKeyInfo up to the private key's octets (RFC 5958 §2 around RFC 5915 §3 or RFC 8410 §7).
    private let privatePrefix: [UInt8]
    /// What stands between the private key and the public point; empty where no public key is stored.
    private let middle: [UInt8]

    static let p256 = KeyEncoding(
        publicPrefix: [0x30, 0x59] + p256Algorithm + [0x03, 0x42, 0x00],
        privatePrefix: [0x30, 0x81, 0x87, 0x02, 0x01, 0x00] + p256Algorithm
            + [0x04, 0x6D, 0x30, 0x6B, 0x02, 0x01, 0x01, 0x04, 0x20],
        middle: [0xA1, 0x44, 0x03, 0x42, 0x00])

    static let p384 = KeyEncoding(
        publicPrefix: [0x30, 0x76] + p384Algorithm + [0x03, 0x62, 0x00],
        privatePrefix: [0x30, 0x81, 0xB6, 0x02, 0x01, 0x00] + p384Algorithm
            + [0x04, 0x81, 0x9E, 0x30, 0x81, 0x9B, 0x02, 0x01, 0x01, 0x04, 0x30],
        middle: [0xA1, 0x64, 0x03, 0x62, 0x00])

    static let ed25519 = KeyEncoding(
        publicPrefix: [0x30, 0x2A] + ed25519Algorithm + [0x03, 0x21, 0x00],
        privatePrefix: [0x30, 0x2E, 0x02, 0x01, 0x00] + ed25519Algorithm + [0x04, 0x22, 0x04, 0x20],
        middle: [])

    /// Whether these octets are the prefix and as many more.
    func isPublic(_ octets: [UInt8], _ count: Int) -> Bool {
        octets.count == publicPrefix.count + count && octets.starts(with: publicPrefix)
    }

    /// PrivateKeyInfo around a private key and, where one is stored, its public point.
    func privateKeyInfo(_ privateKey: Data, _ publicPoint: Data = Data()) -> SecretBytes {
        let count = privatePrefix.count + privateKey.count + middle.count + publicPoint.count
        return unsafe SecretBytes(count: count) { buffer in
            var end = 0
            func append(_ bytes: some Collection<UInt8>) {
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end...]).copyBytes(from: bytes)
                end += bytes.count
            }
            append(privatePrefix)
            append(privateKey)
            append(middle)
            append(publicPoint)
        }
    }

    /// AlgorithmIdentifier of id-ecPublicKey with secp256r1.
    private static let p256Algorithm: [UInt8] = [
        0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
    ]
    /// AlgorithmIdentifier of id-ecPublicKey with secp384r1.
    private static let p384Algorithm: [UInt8] = [
        0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22,
    ]
    private static let ed25519Algorithm: [UInt8] = [0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70]
}
