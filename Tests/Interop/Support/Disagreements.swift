/// Where a peer's verdict is not ours, and why. A line that no peer disagrees on any more is an error.
enum Disagreements {
    struct Line: Sendable {
        let peers: Set<Peer>
        let because: String

        init(_ peers: Peer..., because: String) {
            (self.peers, self.because) = (Set(peers), because)
        }
    }

    /// We refuse, and these peers accept: ours is stricter.
    static let stricter: [String: Line] = [
        "a time before 2050 is GeneralizedTime": Line(
            .openssl, .gnutls, because: "RFC 5280 §4.1.2.5: dates through 2049 MUST be UTCTime"),
        "the issuing certificate's basicConstraints are not critical": Line(
            .gnutls, because: "RFC 5280 §4.2.1.9: MUST be critical in an authority's certificate"),
        "the issuing certificate has no keyUsage": Line(
            .gnutls, because: "RFC 5280 §4.2.1.3: an issuer's certificate MUST have it"),
        "the leaf has no authority key identifier": Line(
            .gnutls, because: "RFC 5280 §4.2.1.1: MUST be in every certificate that is not self-signed"),
        "the leaf's authority key identifier is another key's": Line(
            .cryptography, because: "RFC 5280 §4.2.1.2: MUST be the issuer's own; verifiers may ask for it, and we do"),
        "the issuing certificate has no subject key identifier": Line(
            .gnutls, .cryptography, because: "RFC 5280 §4.2.1.2: MUST be in an authority's certificate"),
        "the leaf has no extendedKeyUsage": Line(
            .openssl, .gnutls, .cryptography, because: "RFC 5280 §4.2.1.12 lets us require the purpose, and we do"),
        "the leaf is for any purpose": Line(
            .gnutls, because: "RFC 5280 §4.2.1.12 lets us require the purpose itself, and we do"),
        "the leaf's key only enciphers": Line(
            .openssl, .gnutls, .cryptography, because: "RFC 8446 §4.4.2.2: in TLS 1.3 the key must sign"),
        "the leaf's key signs certificates": Line(
            .gnutls, because: "RFC 5280 §4.2.1.9: no keyCertSign without cA"),
        "the leaf has no keyUsage and a SPIFFE ID": Line(
            .openssl, .gnutls, .cryptography, because: "SPIFFE X.509-SVID §4.3: an SVID must have it"),
        "the leaf is an authority": Line(
            .openssl, .gnutls, because: "SPIFFE X.509-SVID §4.1: a leaf is no authority"),
        "the leaf limits the length of paths": Line(
            .gnutls, .cryptography, because: "RFC 5280 §4.2.1.9: no pathLenConstraint without cA"),
        "the serial number is zero": Line(
            .openssl, .gnutls, .cryptography, because: "RFC 5280 §4.1.2.2: MUST be positive"),
        "the serial number is negative": Line(
            .openssl, .gnutls, because: "RFC 5280 §4.1.2.2: MUST be positive"),
        "the serial number has 21 octets": Line(
            .openssl, .gnutls, .cryptography, because: "RFC 5280 §4.1.2.2: at most 20 octets"),
        "the leaf has bytes after it": Line(
            .openssl, because: "RFC 5280 §4.1 is one SEQUENCE; OpenSSL's PEM reader drops the rest"),
        "the subject is empty and the names are not critical": Line(
            .gnutls, because: "RFC 5280 §4.1.2.6: the names MUST be critical then"),
        "the authority key identifier is critical": Line(
            .gnutls, because: "RFC 5280 §4.2.1.1: MUST be non-critical"),
        "the subject key identifier is critical": Line(
            .gnutls, .cryptography, because: "RFC 5280 §4.2.1.2: MUST be non-critical"),
        "a name in the CommonName, and no other names": Line(
            .openssl, .gnutls, because: "RFC 9525 §2: CommonName decides nothing"),
        "a wildcard within a label": Line(
            .openssl, because: "RFC 9525 §6.3: a wildcard is a whole label"),
        "a wildcard over a whole top-level domain": Line(
            .cryptography, because: "a wildcard needs two labels behind it: RFC 9525 §7.1 warns of less"),
        "a blank for a name beside the good one": Line(
            .openssl, .gnutls, .cryptography, because: "RFC 5280 §4.2.1.6: a dNSName of a blank MUST NOT be used"),
        "an address of five octets": Line(
            .openssl, .gnutls, .cryptography, because: "RFC 5280 §4.2.1.6: four or sixteen octets"),
        "two SPIFFE IDs": Line(
            .openssl, .gnutls, .cryptography, because: "SPIFFE X.509-SVID §2: exactly one URI name"),
        "a SPIFFE ID of another domain": Line(
            .openssl, .gnutls, .cryptography, because: "SPIFFE X.509-SVID §5: an anchor speaks for its domain only"),
        "permitted: another URI's host": Line(
            .gnutls, because: "RFC 5280 §4.2.1.10: URIs lie in the permitted subtrees; GnuTLS does not compare them"),
        "excluded: a name that the leaf's wildcard stands for": Line(
            .openssl, .gnutls, because: "RFC 5280 §6.1.3(c): no name within what is excluded, and the wildcard has one"),
        "a leaf with name constraints": Line(
            .openssl, .gnutls, because: "RFC 5280 §4.2.1.10: only in an authority's certificate"),
    ]

    /// We accept, and these peers refuse.
    static let looser: [String: Line] = [
        "the extended key usage is critical": Line(
            .cryptography, because: "RFC 5280 §4.2.1.12: critical or not, at the issuer's choice"),
        "permitted: the URI's host": Line(
            .cryptography,
            because: "RFC 5280 §4.2.1.10: a URI's host is compared; it compares none, and refuses what it cannot"),
    ]
}
