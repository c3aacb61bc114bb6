/// Every revoked certificate, as a value that is cheap to copy and to change: a change to one of a million costs what the
/// changes cost, and not the million.
public struct RevokedSet: Sendable {
    /// Shared by all copies; never changed while there are others.
    private var base: [CertificateIdentifier: Revocation]
    /// What differs from it; nil for what is in it and was released.
    private var changed: [CertificateIdentifier: Revocation?] = [:]
    /// How many are revoked.
    public private(set) var count: Int

    public init(_ revoked: [CertificateIdentifier: Revocation] = [:]) {
        base = revoked
        count = revoked.count
    }

    public subscript(_ certificate: CertificateIdentifier) -> Revocation? {
        if !changed.isEmpty, let found = changed[certificate] { return found }
        return base[certificate]
    }

    public mutating func apply(_ changes: RevocationChanges) {
        for (certificate, revocation) in changes.revoked { put(revocation, of: certificate) }
        for certificate in changes.released where changes.revoked[certificate] == nil { put(nil, of: certificate) }
        // A sixteenth: copying the base is then paid for by the changes that led to it.
        if changed.count > max(1024, base.count / 16) { fold() }
    }

    private mutating func put(_ revocation: Revocation?, of certificate: CertificateIdentifier) {
        count += (revocation == nil ? 0 : 1) - (self[certificate] == nil ? 0 : 1)
        changed.updateValue(revocation, forKey: certificate)
    }

    private mutating func fold() {
        let differing = changed
        changed = [:]
        for (certificate, revocation) in differing { base[certificate] = revocation }
    }

    /// Gives each to `body`, in no order.
    public func forEach(_ body: (CertificateIdentifier, Revocation) -> Void) {
        for (certificate, revocation) in base where changed.isEmpty || changed[certificate] == nil {
            body(certificate, revocation)
        }
        for case (let certificate, let revocation?) in changed { body(certificate, revocation) }
    }
}

extension RevokedSet: Equatable {
    public static func == (one: RevokedSet, other: RevokedSet) -> Bool {
        guard one.count == other.count else { return false }
        var isSame = true
        one.forEach { certificate, revocation in isSame = isSame && other[certificate] == revocation }
        return isSame
    }
}
