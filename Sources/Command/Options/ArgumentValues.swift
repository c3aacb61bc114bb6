public import ArgumentParser
public import SymbolonAdministration
public import SymbolonAuthority
public import SymbolonKeys
public import SymbolonProxy
public import SymbolonRevocation
public import SymbolonVerification

extension KeyAlgorithm: ExpressibleByArgument {}
/// The profiles of leaves; the authority's own are not for operators to ask for.
extension ProfileName: ExpressibleByArgument {
    public init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        self.init(rawValue: argument)
    }

    public static var allValueStrings: [String] {
        CertificateProfile.all.filter { if case .leaf = $0.role { true } else { false } }.map(\.name.rawValue)
    }
}

extension RevocationReason: ExpressibleByArgument {}
extension Role: ExpressibleByArgument {}
extension Purpose: ExpressibleByArgument {}
extension RevocationDemand: ExpressibleByArgument {}
extension NamedProfile: ExpressibleByArgument {}
extension BackendHeader: ExpressibleByArgument {}
extension HTTPService.BackendProtocol: ExpressibleByArgument {}
