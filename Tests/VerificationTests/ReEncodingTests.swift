import Crypto
import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("X14: a deny-list is not dodged by writing the same certificate otherwise")
struct ReEncoding {
    /// The leaf's serial number is revoked; whoever else the authority issued to is not.
    private func judge(_ leaf: [UInt8], _ chain: TestPKI, revoked: [UInt8]) throws {
        let issuer = chain.issuing.key.publicKey.fingerprint
        let root = chain.root.key.publicKey.fingerprint
        let denied = CertificateIdentifier(issuerKey: issuer, serialNumber: try SerialNumber(magnitude: revoked))
        let snapshot = RevocationSnapshot(
            revoked: [denied: Revocation(.keyCompromise, since: noon)], covering: [issuer, root], epoch: 1,
            thisUpdate: noon)
        _ = try Verifier(anchors: [chain.trusted], revocation: snapshot, cache: SignatureCache())
            .verify(PresentedChain(der: [leaf, chain.issuingDER]), expecting: Expectation(.server), at: noon)
    }

    @Test("X14: s replaced by n - s is a valid signature over the same certificate, and is denied as the first is")
    func turnedSignature() throws {
        let chain = TestPKI.goodChain()
        let leaf = chain.leafDER
        let turned = try turning(leaf)
        #expect(turned != leaf)
        #expect(try Certificate(der: turned).isSigned(by: chain.issuing.key.publicKey))
        for presented in [leaf, turned] {
            try judge(presented, chain, revoked: [9])
            let refusal = #expect(throws: Refusal.self) {
                try judge(presented, chain, revoked: chain.leaf.serialNumber)
            }
            #expect(refusal?.failure == .revoked(.keyCompromise, since: noon))
        }
    }

    @Test("X14, X17: lengths and numbers that are not minimal, and bytes behind, are no certificate")
    func notMinimal() throws {
        let chain = TestPKI.goodChain()
        let leaf = chain.leafDER
        #expect(leaf[0...1] == [0x30, 0x82])
        let longer = [0x30, 0x83, 0x00] + leaf.dropFirst(2)
        let padded = TestPKI.goodChain()
        var numbered = padded
        numbered.leaf.serialNumber = [0x00, 0x03]
        for presented in [longer, leaf + [0], numbered.leafDER] {
            let refusal = verificationRefusal([presented, chain.issuingDER], trusting: [chain.trusted])
            #expect(refusal?.reason == "malformed")
        }
    }

    /// The certificate with its P-256 signature (r, s) as (r, n - s).
    private func turning(_ der: [UInt8]) throws -> [UInt8] {
        let certificate = try Certificate(der: der)
        let signature = try P256.Signing.ECDSASignature(derRepresentation: certificate.signature)
        let raw = [UInt8](signature.rawRepresentation)
        // FIPS 186-5, P-256: the order of the group.
        let order: [UInt8] =
            [UInt8](repeating: 0xFF, count: 4) + [UInt8](repeating: 0, count: 4) + [UInt8](repeating: 0xFF, count: 8)
            + [
                0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
            ]
        var turned = [UInt8](repeating: 0, count: 32)
        var borrow = 0
        for index in (0..<32).reversed() {
            let difference = Int(order[index]) - Int(raw[32 + index]) - borrow
            turned[index] = UInt8(truncatingIfNeeded: difference)
            borrow = difference < 0 ? 1 : 0
        }
        let other = try P256.Signing.ECDSASignature(rawRepresentation: raw.prefix(32) + turned)
        return try Certificate.assemble(
            tbs: Array(certificate.tbsBytes), algorithm: .ecdsaSHA256, signature: [UInt8](other.derRepresentation)
        ).der
    }
}
