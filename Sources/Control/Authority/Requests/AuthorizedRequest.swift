import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames

/// A request that may be fulfilled, with everything that was left open decided. Only `IssuingAuthority.authorize` makes
/// one.
struct AuthorizedRequest: Sendable {
    let profile: CertificateProfile
    let name: String
    /// The identity first, none twice.
    let names: [SubjectName]
    let publicKey: PublicKey
    let notBefore: Date
    let notAfter: Date
    let actor: String
    let at: Date
    let replaces: SerialNumber?

    var identity: SubjectName { names[0] }
}
