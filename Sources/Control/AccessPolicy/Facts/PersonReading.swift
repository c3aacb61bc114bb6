public import SymbolonNames
public import SymbolonTokens
import SymbolonWire

/// How a person of whom an issuer's token speaks is known to rules. An issuer can say nothing of anybody whom its pattern does not
/// mean.
public struct PersonReading: Hashable, Sendable {
    private enum Form: Hashable {
        /// `spiffe://D/person/{sub}`: these segments, and in the one that is nil what the claim says.
        case path(TrustDomain, [String?])
        /// `mail:{email}`
        case mail
    }

    private let form: Form
    private let claim: String
    /// Of the issuer's own words for how it was proved (`acr`).
    public let assurances: [String: Assurance]

    /// - Parameters:
    ///   - pattern: an identity in which one segment is a claim's name in braces, or `mail:{email}`.
    ///   - domain: of a pattern that names none.
    public init(
        _ pattern: String, in domain: TrustDomain?, assurances: [String: Assurance] = [:]
    ) throws(PersonFailure) {
        self.assurances = assurances
        if pattern.hasPrefix("mail:") {
            guard let claim = Self.claim(String(pattern.dropFirst(5))) else { throw .pattern(pattern) }
            self.claim = claim
            form = .mail
            return
        }
        let scheme = "spiffe://"
        var segments = (pattern.hasPrefix(scheme) ? String(pattern.dropFirst(scheme.count)) : pattern)
            .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let trustDomain: TrustDomain
        if pattern.hasPrefix(scheme), let named = try? TrustDomain(segments.removeFirst()) {
            trustDomain = named
        } else if !pattern.contains(":"), let domain {
            trustDomain = domain
        } else {
            throw .pattern(pattern)
        }
        let claims = segments.compactMap(Self.claim)
        let parts = segments.map { Self.claim($0) == nil ? $0 : nil }
        // With a name in the claim's place it is an identity as any other.
        guard claims.count == 1, (try? SPIFFEID(trustDomain: trustDomain, path: parts.map { $0 ?? "x" })) != nil else {
            throw .pattern(pattern)
        }
        claim = claims[0]
        form = .path(trustDomain, parts)
    }

    /// `{sub}`
    private static func claim(_ text: String) -> String? {
        guard text.hasPrefix("{"), text.hasSuffix("}"), text.utf8.count > 2 else { return nil }
        let name = String(text.dropFirst().dropLast())
        let isPlain = name.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || octet == UInt8(ascii: "_")
        }
        return isPlain ? name : nil
    }

    /// The person, with what is known of the proof: when it was, and how sure.
    public func party(of token: VerifiedAccessToken) throws(PersonFailure) -> Party {
        guard let value = token.claims[claim]?.string else { throw .claim(claim) }
        // OpenID Connect Core §5.1: an address that nobody has looked at is what somebody has typed.
        guard claim != "email" || token.claims["email_verified"] == true else { throw .unverified(claim) }
        let name: SubjectName
        do throws(NameFailure) {
            switch form {
            case .mail: name = .mail(try Mailbox(value))
            case .path(let domain, let parts):
                name = .spiffe(try SPIFFEID(trustDomain: domain, path: parts.map { $0 ?? value }))
            }
        } catch {
            throw .name(claim)
        }
        // A person has no connections of its own here.
        return Party([name], proof: proof(token), usage: .known(Usage(live: 0, arrivals: nil)))
    }

    private func proof(_ token: VerifiedAccessToken) -> Fact<Party.PersonProof> {
        guard let moment = token.provedAt else { return .unknown(.notReported) }
        let methods = Set(token.claims["amr"]?.array?.compactMap(\.string) ?? [])
        let said = token.claims["acr"]?.string.flatMap { assurances[$0] }
        guard let assurance = [said, Assurance(methods: methods)].compactMap(\.self).max() else {
            return .unknown(.notReported)
        }
        return .known(.init(assurance, at: moment))
    }
}

extension Assurance {
    /// RFC 8176 §2. Who shows what a body is, or more than one kind of proof, was verified; who types or touches something was
    /// there. What a machine can do alone (`hwk`, `swk`, `pop`, `wia`, `geo`, `rba`) says nothing of a person.
    init?(methods: Set<String>) {
        let isVerified = !methods.isDisjoint(with: ["face", "fpt", "iris", "retina", "vbm", "mfa"])
        let isKeyWithSecret =
            !methods.isDisjoint(with: ["hwk", "swk", "sc", "pop"]) && !methods.isDisjoint(with: ["pin", "pwd"])
        if isVerified || isKeyWithSecret {
            self = .userVerified
        } else if !methods.isDisjoint(with: ["pin", "pwd", "otp", "sms", "tel", "kba", "user", "mca"]) {
            self = .userPresent
        } else {
            return nil
        }
    }
}

/// Why nobody is meant by a token here.
public enum PersonFailure: Error, Equatable, Sendable {
    case pattern(String)
    /// The token has no such claim, or one that is no text.
    case claim(String)
    /// Its issuer has not looked whether it is so.
    case unverified(String)
    /// What the claim says makes no name.
    case name(String)

    /// In ASCII, for the one who sent the token and for the record.
    public var explanation: String {
        switch self {
        case .pattern(let text):
            "\(text.debugDescription) makes no names: write an identity with one segment that is a claim in braces, as in person/{sub}, or mail:{email}"
        case .claim(let name): "it has no claim \(name) to know its person by"
        case .unverified(let name): "its issuer has not verified its claim \(name)"
        case .name(let name): "its claim \(name) makes no name that a person has here"
        }
    }
}
