internal import SwiftASN1

/// The part of a certificate that is signed, exactly as it will be written: it can also say what no authority should, so
/// that tests can show the verifier refusing it.
package struct TBSCertificate: Sendable {
    /// 1, 2 or 3. RFC 5280 §4.1.2.1.
    package var version = 3
    /// Contents octets of the INTEGER.
    package var serialNumber: [UInt8]
    /// DER of the AlgorithmIdentifier.
    package var signatureAlgorithm: [UInt8]
    package var issuer: DistinguishedName
    package var notBefore: CertificateTime
    package var notAfter: CertificateTime
    package var subject: DistinguishedName
    /// DER of the SubjectPublicKeyInfo.
    package var subjectPublicKeyInfo: [UInt8]
    /// In the order in which they are written; none at all leaves the list out.
    package var extensions: [Extension]

    package init(
        serialNumber: [UInt8], signatureAlgorithm: [UInt8], issuer: DistinguishedName, notBefore: CertificateTime,
        notAfter: CertificateTime, subject: DistinguishedName, subjectPublicKeyInfo: [UInt8], extensions: [Extension]
    ) {
        self.serialNumber = serialNumber
        self.signatureAlgorithm = signatureAlgorithm
        self.issuer = issuer
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.subject = subject
        self.subjectPublicKeyInfo = subjectPublicKeyInfo
        self.extensions = extensions
    }

    /// RFC 5280 §4.1: the DER of the TBSCertificate.
    package func derBytes() -> [UInt8] {
        DER.Serializer.bytes { der in
            der.sequence { der in
                if version != 1 { der.context(0) { $0.integer(version - 1) } }
                der.primitive(.integer, serialNumber)
                der.serializeRawBytes(signatureAlgorithm)
                der.serializeRawBytes(issuer.derBytes)
                der.sequence { der in
                    der.time(notBefore)
                    der.time(notAfter)
                }
                der.serializeRawBytes(subject.derBytes)
                der.serializeRawBytes(subjectPublicKeyInfo)
                if !extensions.isEmpty { der.context(3) { $0.extensions(extensions) } }
            }
        }
    }
}
