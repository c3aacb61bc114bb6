import SymbolonCertificates

/// RFC 5280 §4.2.1.9: who may issue certificates, and how deep.
enum BasicConstraintsCheck {
    /// RFC 5280 §6.1.4(k): an issuer says that it is an authority; §4.2.1.9: in a critical extension.
    static func checkAuthority(_ certificate: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        guard certificate.isAuthority else { throw .issuerIsNotAuthority }
        guard !rules.askConformance || certificate.extensions.isCritical(.basicConstraints) == true else {
            throw .extensionMustBeCritical(.basicConstraints)
        }
    }

    /// Where the profile has it so, a leaf is no authority. RFC 5280 §4.2.1.9: who is none, or may not sign certificates,
    /// limits the length of no path, and who may sign says so in a critical extension; §4.2.1.10: who is none names no space
    /// for others.
    static func checkLeaf(_ certificate: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        guard !certificate.isAuthority || !rules.profile.refusesAuthorityAsLeaf else { throw .leafIsAuthority }
        guard rules.askConformance else { return }
        let maySign = certificate.isAuthority && certificate.extensions.keyUsage?.contains(.keyCertSign) ?? true
        guard maySign || certificate.extensions.basicConstraints?.pathLength == nil else {
            throw .pathLengthWithoutAuthority
        }
        guard !certificate.isAuthority else {
            guard !maySign || certificate.extensions.isCritical(.basicConstraints) == true else {
                throw .extensionMustBeCritical(.basicConstraints)
            }
            return
        }
        guard certificate.extensions.nameConstraints == nil else { throw .constraintsOnLeaf }
    }
}

/// RFC 5280 §6.1.2(k), §6.1.4(l), (m): how many more intermediates may follow; self-issued ones do not count.
struct PathLengthLimit {
    private var remaining = Int.max
    /// What the authority wrote that set the limit, the nearest one of equals.
    private var stated = Int.max

    /// RFC 5280 §6.1.4(l).
    mutating func pass(_ intermediate: PathCertificate) throws(VerificationFailure) {
        guard !intermediate.isSelfIssued else { return }
        guard remaining > 0 else { throw .pathLengthExceeded(limit: stated) }
        remaining -= 1
    }

    /// RFC 5280 §6.1.4(m).
    mutating func narrow(to pathLength: Int?) {
        guard let pathLength, pathLength <= remaining else { return }
        remaining = pathLength
        stated = pathLength
    }
}
