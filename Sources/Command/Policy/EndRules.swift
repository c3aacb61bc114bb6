import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy

/// Whom an end lets in without any rules, and with them.
enum AdmissionBase: Sendable {
    /// At a protected service: whom `--allow` names, beside whom rules allow.
    case clients([IdentityPattern])
    /// At a door: the service that was asked for, which rules have to allow too.
    case service([ReferenceName])

    /// - Parameter policy: nil: there are no rules.
    func admission(_ policy: Policy?) -> TrustState.Admission {
        switch self {
        case .clients(let patterns): .clients(CompiledPolicy((policy ?? .empty).allowing(patterns)))
        case .service(let names): .service(names, policy.map { CompiledPolicy($0) })
        }
    }
}

/// Where an end's rules come from.
enum EndRules: Sendable {
    /// Whom the options name, and nothing else.
    case none
    case file(PolicyFile)
    /// The authority publishes them.
    case authority(AdmissionBase)

    var followsAuthority: Bool { if case .authority = self { true } else { false } }
}
