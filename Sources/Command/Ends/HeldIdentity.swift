import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonProxy
import SymbolonStorage

/// An identity that running ends prove themselves with, and what is to become of it.
struct HeldIdentity {
    let watch: IdentityWatch
    private(set) var stored: StoredIdentity
    /// As the ends use it: made once, so that what changes beside it costs no new TLS context.
    private(set) var proof: EndIdentity
    /// Nil: it is not ours to renew.
    var renewAt: Date?
    /// Its revocation was seen, and told.
    var isRevoked = false
    /// Files that changed and are no identity. Told when they stay so: between two files of a new set there is always
    /// such a moment.
    var alarm: (failure: String, due: Date)?

    init(_ watch: IdentityWatch) throws {
        self.watch = watch
        stored = watch.identity
        proof = try EndIdentity(chain: stored.chain, key: stored.key)
    }

    mutating func take(_ next: StoredIdentity) throws {
        proof = try EndIdentity(chain: next.chain, key: next.key)
        stored = next
        renewAt = nil
        isRevoked = false
        alarm = nil
    }

    /// Two thirds into its life, less up to a fifteenth of it, so that identities made together are not renewed together.
    static func renewalTime(of leaf: Certificate) -> Date {
        let backdating = TimeInterval(IssuingAuthority.backdating.components.seconds)
        let start = min(leaf.notBefore + backdating, leaf.notAfter)
        return start + leaf.notAfter.timeIntervalSince(start) * Double.random(in: 0.6...(2.0 / 3))
    }

    /// A tenth of what is left, from a second to a minute: many tries before the end, and none in a hurry.
    static func retryTime(of leaf: Certificate, after now: Date) -> Date {
        now + min(60, max(1, leaf.notAfter.timeIntervalSince(now) / 10))
    }
}

/// Why no peer would believe this identity, as far as it can be told from here.
enum UnfitIdentity: Equatable {
    case expired(notAfter: Date)
    case notYetValid(notBefore: Date)
    case otherPurpose(found: String, needed: String)

    init?(_ leaf: Certificate, as role: EndRole, at now: Date) {
        let needed: KeyPurpose = role == .protect ? .serverAuth : .clientAuth
        if now > leaf.notAfter {
            self = .expired(notAfter: leaf.notAfter)
        } else if now < leaf.notBefore {
            self = .notYetValid(notBefore: leaf.notBefore)
        } else if let found = leaf.extensions.extendedKeyUsage, !found.contains(needed) {
            self = .otherPurpose(found: found.description, needed: needed.description)
        } else {
            return nil
        }
    }

    var explanation: String {
        switch self {
        case .expired(let notAfter): "its certificate expired on \(Moment.text(notAfter))"
        case .notYetValid(let notBefore):
            "its certificate begins on \(Moment.text(notBefore)), and this machine's clock is not there yet"
        case .otherPurpose(let found, let needed): "its certificate is for \(found), and this end needs \(needed)"
        }
    }

    var mend: String {
        switch self {
        case .expired: "put a new certificate and its key in their place"
        case .notYetValid: "wait, or set the clock right"
        case .otherPurpose: "name an identity that was issued for this (profile service for protect, client for reach)"
        }
    }
}
