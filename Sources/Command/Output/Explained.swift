import SymbolonAccessPolicy
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonStorage
import SymbolonTransport
import SymbolonWire

/// A failure that can say in one line what was found, against what.
protocol Explained: Error {
    var explanation: String { get }
}

extension NameFailure: Explained {}
extension HexFailure: Explained {}
extension PEMFailure: Explained {}
extension KeyFailure: Explained {}
extension CertificateFailure: Explained {}
extension PatternFailure: Explained {}
extension AuditFailure: Explained {}
extension ConfigurationFailure: Explained {}
extension AuthorityFailure: Explained {}
extension IssuanceFailure: Explained {}
extension RequestFailure: Explained {}
extension RevocationFailure: Explained {}
extension StoreFailure: Explained {}
extension FileFailure: Explained {}
extension HomeFailure: Explained {}
extension PassphraseFailure: Explained {}
extension KeyFileFailure: Explained {}
extension AuditHeadFileFailure: Explained {}
extension SymbolonAuthority.IdentityFailure: Explained {}
extension SymbolonStorage.IdentityFailure: Explained {}
extension TLSFailure: Explained {}
extension EndFailure: Explained {}
extension ACMEClientFailure: Explained {}

extension RFC3339.Unreadable: Explained {
    var explanation: String { "\"\(text.printable)\" is not a time of RFC 3339, such as 2026-06-01T12:00:00Z" }
}

extension Complaint: Explained {
    var explanation: String { why.map { "\(what): \($0)" } ?? what }
}

enum ExplainedError {
    static func text(_ error: any Error) -> String {
        (error as? any Explained)?.explanation ?? "\(error)"
    }
}
