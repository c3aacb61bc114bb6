public import ArgumentParser
public import SymbolonAuthority
public import SymbolonKeys
public import SymbolonRevocation

extension KeyAlgorithm: ExpressibleByArgument {}
extension ProfileName: ExpressibleByArgument {}

extension RevocationReason: ExpressibleByArgument {
    /// RFC 5280 §5.3.1, without the one that is meant to be lifted again.
    static let offered: [RevocationReason] = allCases.filter { $0 != .certificateHold }
}
