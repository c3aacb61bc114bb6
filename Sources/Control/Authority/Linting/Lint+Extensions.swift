import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// The extensions but the names, in the order of RFC 5280 §4.2.1.
extension Lint {
    func checkExtensions() {
        checkKeyIdentifiers()
        checkKeyUsage()
        checkBasicConstraints()
        checkExtendedKeyUsage()
        checkDistributionPoints()
        checkResponder()
        checkNothingElse()
    }

    private func checkKeyIdentifiers() {
        let extensions = certificate.extensions
        require(
            extensions.subjectKeyIdentifier == certificate.publicKey?.keyIdentifier
                && extensions.isCritical(.subjectKeyIdentifier) == false,
            .subjectKeyIdentifier, found: "an identifier that is missing, critical or of another key",
            expected: "the key's identifier, not critical")
        require(
            extensions.authorityKeyIdentifier == AuthorityKeyIdentifier(keyIdentifier: issuer.keyIdentifier)
                && extensions.isCritical(.authorityKeyIdentifier) == false,
            .authorityKeyIdentifier, found: "an identifier that is missing, critical or of another issuer",
            expected: "the issuer's key identifier alone, not critical")
    }

    private func checkKeyUsage() {
        let usage = certificate.extensions.keyUsage
        require(
            usage == profile.keyUsage && certificate.extensions.isCritical(.keyUsage) == true, .keyUsage,
            found: usage.map { "\($0)" } ?? "none", expected: "\(profile.keyUsage), critical")
    }

    /// RFC 5280 §4.2.1.9: authorities have it, critical, with cA true; a leaf leaves it out, which says the same as cA
    /// false.
    private func checkBasicConstraints() {
        let constraints = certificate.extensions.basicConstraints
        switch profile.role {
        case .leaf, .responder:
            require(constraints == nil, .basicConstraints, found: "basic constraints", expected: "none on a leaf")
        case .authority(let maximum):
            let isCritical = certificate.extensions.isCritical(.basicConstraints) == true
            require(
                constraints?.isAuthority == true && isCritical, .basicConstraints, found: "no critical cA true",
                expected: "cA true, critical")
            let length = constraints?.pathLength
            let allowed = issuer.pathLength.map { min(maximum, $0 - 1) } ?? maximum
            require(
                length.map { 0...maximum ~= $0 && $0 <= allowed } ?? false, .pathLength,
                found: length.map { "a path length of \($0)" } ?? "no path length",
                expected: allowed < 0 ? "no authority below this issuer" : "a path length of at most \(allowed)")
        }
    }

    private func checkExtendedKeyUsage() {
        let purposes = certificate.extensions.extendedKeyUsage?.purposes ?? []
        require(
            purposes == profile.extendedKeyUsage, .extendedKeyUsage,
            found: purposes.isEmpty ? "none" : purposes.map(\.description).joined(separator: ", "),
            expected: profile.extendedKeyUsage.isEmpty
                ? "none" : profile.extendedKeyUsage.map(\.description).joined(separator: ", "))
        require(
            certificate.extensions.isCritical(.extendedKeyUsage) != true, .extendedKeyUsage, found: "critical",
            expected: "not critical, so that a verifier of other purposes reads on")
    }

    /// RFC 5280 §4.2.1.13: where lists are published, a leaf names the list of its shard, an issuing authority the one of its
    /// root, and a root none, which only its holders could take back; nor does a responder. No certificate names another.
    private func checkDistributionPoints() {
        let scope: ListScope? =
            switch profile.role {
            case .leaf: .shard(of: certificate.serialNumber)
            case .authority: issuer.isSelfSigned ? nil : .whole
            case .responder: nil
            }
        var expected: String?
        if let scope, let address = configuration.publishedAt.first {
            expected = address.list(of: issuer.publicKey.fingerprint, scope, .complete)
        }
        require(
            (try? DistributionPoint.addresses(in: certificate)) == expected.map { [$0] }
                && certificate.extensions.isCritical(.cRLDistributionPoints) != true, .distributionPoints,
            found: "distribution points that are missing, critical or others",
            expected: expected.map { "\($0) alone, not critical" } ?? "none")
    }

    /// RFC 5280 §4.2.2.1: a leaf says where its responder is, where answers are published. RFC 6960 §4.2.2.2.1: a responder's own
    /// certificate says that nobody need ask about it, and no other does.
    private func checkResponder() {
        var expected: String?
        if case .leaf = profile.role, let address = configuration.publishedAt.first {
            expected = address.responder(of: issuer.publicKey.fingerprint)
        }
        require(
            (try? ResponderAddress.all(of: certificate)) == expected.map { [$0] } ?? []
                && certificate.extensions.isCritical(.authorityInformationAccess) != true, .authorityInformationAccess,
            found: "a responder that is missing, critical or another",
            expected: expected.map { "\($0) alone, not critical" } ?? "none")
        let noCheck = certificate.extensions[.ocspNoCheck]
        require(
            noCheck.map { Array($0.value) } == (profile.role == .responder ? [0x05, 0x00] : nil)
                && noCheck?.isCritical != true, .ocspNoCheck,
            found: noCheck == nil ? "no id-pkix-ocsp-nocheck" : "id-pkix-ocsp-nocheck, or another form of it",
            expected: profile.role == .responder ? "NULL, not critical" : "none")
    }

    private static let known: Set<ObjectIdentifier> = [
        .subjectKeyIdentifier, .authorityKeyIdentifier, .keyUsage, .basicConstraints, .extendedKeyUsage,
        .subjectAlternativeName, .cRLDistributionPoints, .authorityInformationAccess, .ocspNoCheck,
    ]

    private func checkNothingElse() {
        for one in certificate.extensions.all where !Self.known.contains(one.identifier) {
            require(false, .extensions, found: "extension \(one.identifier)", expected: "none that the profile lacks")
        }
    }
}
