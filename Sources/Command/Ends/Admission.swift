import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy

/// Who may pass an end, as operators write it.
enum Admission {
    /// The clients that a protected service allows by name.
    static func clients(_ patterns: [String], in domain: TrustDomain?) throws -> [IdentityPattern] {
        try patterns.map { text in
            let domain = try domain ?? domainless(text, as: "an identity pattern")
            return try Input.parse(text, as: "an identity pattern") { text throws(PatternFailure) in
                try IdentityPattern(text, defaultDomain: domain)
            }
        }
    }

    /// Who a door's service must prove to be: a short name, or a name with its kind.
    static func service(_ text: String, in domain: TrustDomain?) throws -> ReferenceName {
        if text.contains(":") { return try Input.parse(text, as: "a name to expect", ReferenceName.init) }
        let domain = try domain ?? domainless(text, as: "a name to expect")
        return try Input.parse(text, as: "a name to expect") { text throws(NameFailure) in
            .spiffe(try SPIFFEID(trustDomain: domain, path: text.split(separator: "/").map(String.init)))
        }
    }

    /// With no trust domain to complete them, only whole names mean anything; the domain returned is then not looked at.
    private static func domainless(_ text: String, as kind: String) throws -> TrustDomain {
        guard text.contains(":") else {
            throw Complaint(
                what: "\"\(text.printable)\" cannot be completed to \(kind)",
                why: "this end's certificate has no SPIFFE ID, so there is no trust domain to add",
                mend: "write the name whole: spiffe://DOMAIN/\(text.printable), dns:… or ip:…", exit: .undecided)
        }
        return try TrustDomain("unnamed.invalid")
    }
}

extension HostAndPort {
    var endpoint: Endpoint { .host(host, port: port) }
}
