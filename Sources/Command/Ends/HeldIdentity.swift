import Foundation
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage

/// An identity that running ends prove themselves with, and what is to become of it.
struct HeldIdentity {
    let watch: IdentityWatch
    private(set) var stored: StoredIdentity
    /// As the ends use it: made once, so that what changes beside it costs no new TLS context.
    private(set) var proof: EndIdentity
    /// Nil: it is not ours to renew.
    var schedule: RenewalSchedule?
    /// A renewal is under way.
    var isRenewing = false
    /// When the authority is asked next for when to renew; nil where nobody is to be asked.
    var askAt: Date?
    /// Its revocation was seen, and told.
    var isRevoked = false
    /// Files that changed and are no identity. Told when they stay so: between two files of a new set there is always
    /// such a moment.
    var alarm: (failure: String, due: Date)?
    /// When the responder that the leaf names is asked next for an answer to staple; nil: it names none.
    var stapleAt: Date?
    var staplesFailed = 0
    private(set) var stapled: StatusAnswer?

    init(_ watch: IdentityWatch) throws {
        self.watch = watch
        stored = watch.identity
        proof = try EndIdentity(chain: stored.chain, key: stored.key)
        stapleAt = Stapler.address(for: stored) == nil ? nil : .distantPast
    }

    mutating func staple(_ answer: StatusAnswer) {
        stapled = answer
        proof = proof.stapling(answer.der)
    }

    mutating func take(_ next: StoredIdentity) throws {
        proof = try EndIdentity(chain: next.chain, key: next.key)
        stored = next
        schedule = nil
        askAt = nil
        isRevoked = false
        alarm = nil
        stapleAt = Stapler.address(for: next) == nil ? nil : .distantPast
        staplesFailed = 0
        stapled = nil
    }

    /// Between two questions for the time to renew: a fortieth of the life, so that what moves is heard of in time, and
    /// from five seconds to six hours (RFC 9773 §4.3.2), more or less a fifth.
    var askingPause: TimeInterval {
        let life = CertificateLife(of: stored.leaf).length
        return min(6 * 3600, max(5, life / 40)) * Double.random(in: 0.8...1.2)
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
