internal import SwiftASN1
public import SymbolonKeys

extension Certificate {
    /// Puts signed bytes and their signature together and parses the whole, so that what leaves is what a peer will read.
    ///
    /// Does not verify the signature: ``isSigned(by:)`` does.
    public static func assemble(
        tbs: [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]
    ) throws(CertificateFailure) -> Certificate {
        try Certificate(der: encoding(tbs: tbs, algorithmIdentifier: algorithm.identifier, signature: signature))
    }

    /// RFC 5280 §4.1: `SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }` of parts as they are.
    package static func encoding(tbs: [UInt8], algorithmIdentifier: [UInt8], signature: [UInt8]) -> [UInt8] {
        DER.Serializer.bytes { der in
            der.sequence { der in
                der.serializeRawBytes(tbs)
                der.serializeRawBytes(algorithmIdentifier)
                der.bitString(signature)
            }
        }
    }
}
