import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification

/// Every single thing that these tests change in a good chain, with the honest twin of each kind.
enum SpoiledChains {
    static var all: [SpoiledChain] { times + issuers + usages + forms + names + constraints }

    private static let times: [SpoiledChain] = [
        SpoiledChain("the leaf has expired") { $0.leaf.notAfter -= 2 * .day },
        SpoiledChain("the leaf is not yet valid") { $0.leaf.notBefore += 2 * .hour },
        SpoiledChain("the issuing certificate has expired") { $0.issuing.notAfter -= 336 * .day },
        SpoiledChain("the issuing certificate is not yet valid") { $0.issuing.notBefore += 31 * .day },
        SpoiledChain("the root has expired") { $0.root.notAfter -= 3651 * .day },
        SpoiledChain("a time before 2050 is GeneralizedTime") { $0.leaf.timeForm = .generalizedTime },
    ]

    private static let issuers: [SpoiledChain] = [
        SpoiledChain(presenting: "the issuing certificate is not presented") { [$0.leafDER] },
        SpoiledChain(presenting: "the root is presented as well") { [$0.leafDER, $0.issuingDER, $0.rootDER] },
        SpoiledChain(presenting: "the leaf signed itself") { [$0.leaf.selfSigned()] },
        SpoiledChain(presenting: "another authority with the same names") { chain in
            var other = chain
            other.root.use(TestKeys.key("stranger's root"))
            other.issuing.use(TestKeys.key("stranger's issuing"))
            return [other.leafDER, other.issuingDER]
        },
        SpoiledChain("the leaf names another issuer") { $0.leaf.issuer = TestPKI.name("Somebody Else") },
        SpoiledChain("the leaf's signature has one bit wrong") { $0.leaf.breaksSignature = true },
        SpoiledChain("the issuing certificate's signature has one bit wrong") { $0.issuing.breaksSignature = true },
        SpoiledChain("the issuing certificate is no authority") { $0.issuing.isAuthority = false },
        SpoiledChain("the issuing certificate has no basicConstraints") { $0.issuing.basicConstraints = nil },
        SpoiledChain("the issuing certificate's basicConstraints are not critical") {
            $0.issuing.criticality[.basicConstraints] = false
        },
        SpoiledChain("X10: the root allows no intermediate") { $0.root.pathLength = 0 },
        SpoiledChain(presenting: "X10: a leaf signs a leaf", as: "dns:victim.example.internal") { chain in
            let below = TestPKI.leaf("victim", serialNumber: [0x09]).moved(like: chain.leaf)
            return [below.der(signedBy: chain.leaf), chain.leafDER, chain.issuingDER]
        },
        SpoiledChain(presenting: "X10: an issuing authority of path length 0 signs another") { chain in
            var second = chain.issuing
            second.subject = TestPKI.name("Second Issuing")
            second.serialNumber = [0x0A]
            second.use(TestKeys.key("second issuing"))
            return [chain.leaf.der(signedBy: second), second.der(signedBy: chain.issuing), chain.issuingDER]
        },
        SpoiledChain(presenting: "two intermediates where two are allowed") { chain in
            chain.root.pathLength = 2
            chain.issuing.pathLength = 1
            var second = chain.issuing
            second.subject = TestPKI.name("Second Issuing")
            second.serialNumber = [0x0A]
            second.pathLength = 0
            second.use(TestKeys.key("second issuing"))
            return [chain.leaf.der(signedBy: second), second.der(signedBy: chain.issuing), chain.issuingDER]
        },
        SpoiledChain("the issuing certificate has no keyCertSign") { $0.issuing.keyUsage = .crlSign },
        SpoiledChain("the issuing certificate has no keyUsage") { $0.issuing.keyUsage = nil },
        SpoiledChain("the leaf's authority key identifier is another key's") {
            $0.leaf.authorityKeyIdentifier = .identifier([UInt8](repeating: 7, count: 20))
        },
        SpoiledChain("the leaf has no authority key identifier") { $0.leaf.authorityKeyIdentifier = .absent },
        SpoiledChain("the issuing certificate has no subject key identifier") {
            $0.issuing.subjectKeyIdentifier = nil
            $0.leaf.authorityKeyIdentifier = .identifier($0.issuing.key.publicKey.keyIdentifier)
        },
    ]

    private static let usages: [SpoiledChain] = [
        SpoiledChain("a server's certificate of a client") { $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.clientAuth) },
        SpoiledChain("a client's certificate of a server", for: .client, as: nil) {
            $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
        },
        SpoiledChain("a server's certificate of a mailbox") {
            $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
        },
        SpoiledChain("the leaf has no extendedKeyUsage") { $0.leaf.extendedKeyUsage = nil },
        SpoiledChain("the leaf is for any purpose") { $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.any) },
        SpoiledChain("the issuing certificate is for clients only") {
            $0.issuing.extendedKeyUsage = ExtendedKeyUsage(.clientAuth)
        },
        SpoiledChain("the issuing certificate is for servers") {
            $0.issuing.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
        },
        SpoiledChain("the leaf's key only enciphers") { $0.leaf.keyUsage = .keyEncipherment },
        SpoiledChain("the leaf's key signs certificates") { $0.leaf.keyUsage = [.digitalSignature, .keyCertSign] },
        SpoiledChain("the leaf has no keyUsage and a SPIFFE ID") { $0.leaf.keyUsage = nil },
        SpoiledChain("the leaf has no keyUsage and no SPIFFE ID") {
            $0.leaf.keyUsage = nil
            $0.leaf.names.removeFirst()
        },
        SpoiledChain("the leaf is an authority") {
            $0.leaf.isAuthority = true
            $0.leaf.keyUsage = [.digitalSignature, .keyCertSign]
        },
        SpoiledChain("the leaf limits the length of paths") {
            $0.leaf.rawValues[.basicConstraints] = [0x30, 0x03, 0x02, 0x01, 0x00]
            $0.leaf.basicConstraints = BasicConstraints(isAuthority: false)
        },
        SpoiledChain("the leaf says that it is no authority") {
            $0.leaf.basicConstraints = BasicConstraints(isAuthority: false)
        },
        SpoiledChain("unknown and critical, on the leaf") { $0.leaf.otherExtensions = [unknown(isCritical: true)] },
        SpoiledChain("unknown and critical, on the issuing certificate") {
            $0.issuing.otherExtensions = [unknown(isCritical: true)]
        },
        SpoiledChain("unknown and not critical, on both") {
            $0.leaf.otherExtensions = [unknown(isCritical: false)]
            $0.issuing.otherExtensions = [unknown(isCritical: false)]
        },
    ]

    private static let forms: [SpoiledChain] = [
        SpoiledChain("the leaf is of version 1") { $0.leaf.version = 1 },
        SpoiledChain("the leaf is of version 2") { $0.leaf.version = 2 },
        SpoiledChain("the serial number is zero") { $0.leaf.serialNumber = [0] },
        SpoiledChain("the serial number is negative") { $0.leaf.serialNumber = [0x80] },
        SpoiledChain("the serial number has 21 octets") { $0.leaf.serialNumber = [UInt8](repeating: 1, count: 21) },
        SpoiledChain("the serial number has 20 octets") { $0.leaf.serialNumber = [UInt8](repeating: 1, count: 20) },
        SpoiledChain("the algorithm inside is not the one outside") {
            $0.leaf.innerAlgorithm = TestKeys.key("p384", .p384).signatureAlgorithm.identifier
        },
        SpoiledChain("an extension stands twice") {
            $0.leaf.otherExtensions = [.keyUsage(.digitalSignature)]
        },
        SpoiledChain(presenting: "the leaf has bytes after it") { [$0.leafDER + [0], $0.issuingDER] },
        SpoiledChain("the issuing certificate has an empty subject") {
            $0.issuing.subject = DistinguishedName.empty
        },
        SpoiledChain("the subject is empty and the names are critical") { $0.leaf.subject = DistinguishedName.empty },
        SpoiledChain("the subject is empty and the names are not critical") {
            $0.leaf.subject = DistinguishedName.empty
            $0.leaf.criticality[.subjectAlternativeName] = false
        },
        SpoiledChain("the authority key identifier is critical") {
            $0.leaf.criticality[.authorityKeyIdentifier] = true
        },
        SpoiledChain("the subject key identifier is critical") { $0.leaf.criticality[.subjectKeyIdentifier] = true },
        SpoiledChain("the extended key usage is critical") { $0.leaf.criticality[.extendedKeyUsage] = true },
    ]

    private static let names: [SpoiledChain] = [
        SpoiledChain("an address that is there", as: "ip:127.0.0.1") { _ in },
        SpoiledChain("another address", as: "ip:127.0.0.2") { _ in },
        SpoiledChain("another name", as: "dns:other.example.internal") { _ in },
        SpoiledChain("a name below the one that is there", as: "dns:a.web.example.internal") { _ in },
        SpoiledChain("a name above the one that is there", as: "dns:example.internal") { _ in },
        SpoiledChain("a name only in the CommonName", as: "dns:cn.example.internal") {
            $0.leaf.subject = TestPKI.name("cn.example.internal")
        },
        SpoiledChain("a name in the CommonName, and no other names", as: "dns:cn.example.internal") {
            $0.leaf.subject = TestPKI.name("cn.example.internal")
            $0.leaf.names = []
        },
        SpoiledChain("a name in capitals") { $0.leaf.names[1] = .dns("WEB.Example.Internal") },
        SpoiledChain("a wildcard for one label") { $0.leaf.names[1] = .dns("*.example.internal") },
        SpoiledChain("a wildcard for two labels", as: "dns:a.web.example.internal") {
            $0.leaf.names[1] = .dns("*.example.internal")
        },
        SpoiledChain("a wildcard for none", as: "dns:example.internal") {
            $0.leaf.names[1] = .dns("*.example.internal")
        },
        SpoiledChain("a wildcard within a label") { $0.leaf.names[1] = .dns("w*.example.internal") },
        SpoiledChain("a wildcard in the second label") { $0.leaf.names[1] = .dns("web.*.internal") },
        SpoiledChain("a wildcard alone") { $0.leaf.names[1] = .dns("*") },
        SpoiledChain("a wildcard over a whole top-level domain", as: "dns:example.internal") {
            $0.leaf.names[1] = .dns("*.internal")
        },
        SpoiledChain("a full stop at the end") { $0.leaf.names[1] = .dns("web.example.internal.") },
        SpoiledChain("a NUL within the name") { $0.leaf.names[1] = .dns("web.example.internal\0.evil.example") },
        SpoiledChain("a blank for a name beside the good one") { $0.leaf.names.append(.dns(" ")) },
        SpoiledChain("an address as text in a dNSName", as: "ip:127.0.0.1") {
            $0.leaf.names = [.dns("127.0.0.1")]
        },
        SpoiledChain("an address of five octets") { $0.leaf.names[2] = .ip([127, 0, 0, 1, 0]) },
        SpoiledChain("two SPIFFE IDs") { $0.leaf.names.append(.uri("spiffe://example.internal/admin")) },
        SpoiledChain("a SPIFFE ID of another domain") { $0.leaf.names[0] = .uri("spiffe://example.com/web") },
        SpoiledChain("a mailbox that is there", for: .mail, as: "mail:alice@example.internal") {
            $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
            $0.leaf.names = [.mail("alice@example.internal")]
        },
        SpoiledChain("another mailbox", for: .mail, as: "mail:eve@example.internal") {
            $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
            $0.leaf.names = [.mail("alice@example.internal")]
        },
        SpoiledChain("a mailbox's certificate of a server", for: .mail, as: "mail:alice@example.internal") {
            $0.leaf.names = [.mail("alice@example.internal")]
        },
    ]

    private static let constraints: [SpoiledChain] = [
        constrained("permitted: the DNS domain", permitted: [dns("example.internal")]),
        constrained("permitted: another DNS domain", permitted: [dns("example.com")]),
        constrained("permitted: a domain of a similar name", permitted: [dns("ple.internal")]),
        constrained("permitted: DNS names below the leaf's", permitted: [dns("a.web.example.internal")]),
        constrained("excluded: the DNS domain", excluded: [dns("example.internal")]),
        constrained("excluded: another DNS domain", excluded: [dns("example.com")]),
        constrained("excluded within permitted", permitted: [dns("internal")], excluded: [dns("web.example.internal")]),
        constrained("permitted: the network", permitted: [ip("127.0.0.0/8")]),
        constrained("permitted: another network", permitted: [ip("10.0.0.0/8")]),
        constrained("excluded: the network", excluded: [ip("127.0.0.0/8")]),
        constrained("permitted: the URI's host", permitted: [uri("example.internal")]),
        constrained("permitted: another URI's host", permitted: [uri("example.com")]),
        constrained("excluded: the URI's host", excluded: [uri("example.internal")]),
        constrained("permitted: mail only, and the leaf has none", permitted: [mail("example.internal")]),
        SpoiledChain("permitted: the mailbox's host", for: .mail, as: "mail:alice@example.internal") {
            $0.becomesMail(permitted: "example.internal")
        },
        SpoiledChain("permitted: another mailbox's host", for: .mail, as: "mail:alice@example.internal") {
            $0.becomesMail(permitted: "example.com")
        },
        SpoiledChain("excluded: a name that the leaf's wildcard stands for") {
            $0.leaf.names[1] = .dns("*.example.internal")
            $0.issuing.nameConstraints = NameConstraints(excluded: [dns("secret.example.internal")])
        },
        SpoiledChain("the constraints of the root hold as well") {
            $0.root.nameConstraints = NameConstraints(permitted: [dns("example.com")])
        },
        SpoiledChain("a leaf with name constraints") {
            $0.leaf.nameConstraints = NameConstraints(permitted: [dns("example.internal")])
        },
    ]

    private static func constrained(
        _ title: String, permitted: [NameSubtree] = [], excluded: [NameSubtree] = []
    ) -> SpoiledChain {
        SpoiledChain(title) {
            $0.issuing.nameConstraints = NameConstraints(permitted: permitted, excluded: excluded)
        }
    }

    private static func unknown(isCritical: Bool) -> Extension {
        Extension(ObjectIdentifier(1, 3, 6, 1, 4, 1, 55555, 1), isCritical: isCritical, value: [0x05, 0x00])
    }

    fileprivate static func dns(_ text: String) -> NameSubtree { .dns(try! DNSSubtree(text)) }
    private static func ip(_ text: String) -> NameSubtree { .ip(try! IPNetwork(text)) }
    private static func uri(_ text: String) -> NameSubtree { .uri(try! URISubtree(text)) }
    fileprivate static func mail(_ text: String) -> NameSubtree { .mail(try! MailSubtree(text)) }
}

extension TestPKI {
    fileprivate mutating func becomesMail(permitted host: String) {
        leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
        leaf.names = [.mail("alice@example.internal")]
        issuing.nameConstraints = NameConstraints(permitted: [SpoiledChains.mail(host)])
    }
}

extension CertificateSpec {
    /// Valid when the other is.
    fileprivate func moved(like other: CertificateSpec) -> CertificateSpec {
        var moved = self
        (moved.notBefore, moved.notAfter) = (other.notBefore, other.notAfter)
        return moved
    }
}
