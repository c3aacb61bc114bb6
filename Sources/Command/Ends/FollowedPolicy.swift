import SymbolonAccessPolicy
import SymbolonKeys

/// What an authority offers as its policy. Nothing of it is believed yet.
struct OfferedPolicy: Sendable {
    /// Which one is in force there; nil: it has published none.
    let numbers: PolicyNumbers?
    /// A signed statement, perhaps of another one; nil: none came yet.
    let statement: [UInt8]?
    /// By which it may be signed.
    let signers: [PublicKey]
}

/// The authority's policy as the ends of this process judge by it: the last good one.
struct FollowedPolicy: Sendable {
    /// Nil: none was ever taken.
    var held: VerifiedPolicy?
    /// Its rules; nil: there are none, so that nobody is let in by them.
    var document: PolicyDocument?
    /// With what is permitted for emergencies.
    var policy: Policy {
        guard let document else { return .empty }
        return document.policy.permitting(held?.statement.emergencies ?? [])
    }
    /// The authority has another one in force, which is not in force here.
    var isBehind = false
    /// The last one that was not taken, and why, so that it is told once.
    var refused: (statement: [UInt8], faults: [String])?
    /// What was told last of why none could be had.
    var failureTold: String?

    static let mend =
        "if the store was put back to an earlier day, publish the policy again until its version is later than what ends"
        + " know: symbolon policy publish --again NUMBER"
}
