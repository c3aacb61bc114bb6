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

    /// Where the profile has it so, a leaf is no authority. Who is none limits the length of no path (RFC 5280 §4.2.1.9),
    /// and names no space for others (§4.2.1.10).
    static func checkLeaf(_ certificate: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        guard !certificate.isAuthority else {
            guard !rules.profile.refusesAuthorityAsLeaf else { throw .leafIsAuthority }
            return
        }
        guard rules.askConformance else { return }
        guard certificate.extensions.basicConstraints?.pathLength == nil else { throw .pathLengthWithoutAuthority }
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
