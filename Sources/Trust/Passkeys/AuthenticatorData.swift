internal import SymbolonKeys
internal import SymbolonWire

/// What the authenticator says of a ceremony (WebAuthn Level 3 §6.1).
struct AuthenticatorData: Equatable {
    struct Flags: OptionSet, Equatable {
        let rawValue: UInt8

        static let userPresent = Flags(rawValue: 1 << 0)
        static let userVerified = Flags(rawValue: 1 << 2)
        static let backupEligible = Flags(rawValue: 1 << 3)
        static let backedUp = Flags(rawValue: 1 << 4)
        static let attestedCredential = Flags(rawValue: 1 << 6)
        static let extensions = Flags(rawValue: 1 << 7)
    }

    /// §6.5.1.
    struct Credential: Equatable {
        let model: AuthenticatorModel
        let id: [UInt8]
        let key: CBORValue
    }

    /// All of it, as it was signed.
    let octets: [UInt8]
    let relyingParty: ArraySlice<UInt8>
    let flags: Flags
    let counter: UInt32
    let credential: Credential?

    init(_ octets: some Collection<UInt8>) throws(AuthenticatorDataFlaw) {
        self.octets = Array(octets)
        var rest = self.octets[...]
        relyingParty = try Self.take(32, of: &rest)
        flags = Flags(rawValue: try Self.take(1, of: &rest).reduce(0) { $0 | $1 })
        counter = try Self.take(4, of: &rest).reduce(0) { $0 << 8 | UInt32($1) }
        credential = flags.contains(.attestedCredential) ? try Self.credential(of: &rest) : nil
        if flags.contains(.extensions) {
            // Unsolicited ones are tolerated (§7.1 step 19, §7.2 step 18); none is acted on.
            let extensions: CBORValue
            do throws(CBORFailure) {
                extensions = try CBORReader.parseFirst(of: &rest)
            } catch {
                throw .extensions(error)
            }
            guard extensions.members != nil else { throw .extensionsNoMap }
        }
        guard rest.isEmpty else { throw .afterEnd(octets: rest.count) }
    }

    private static func credential(of rest: inout ArraySlice<UInt8>) throws(AuthenticatorDataFlaw) -> Credential {
        let model = AuthenticatorModel(octets: Array(try take(16, of: &rest)))
        let length = try take(2, of: &rest).reduce(0) { $0 << 8 | Int($1) }
        let id = Array(try take(length, of: &rest))
        do throws(CBORFailure) {
            return Credential(model: model, id: id, key: try CBORReader.parseFirst(of: &rest))
        } catch {
            throw .key(error)
        }
    }

    private static func take(
        _ count: Int, of rest: inout ArraySlice<UInt8>
    ) throws(AuthenticatorDataFlaw) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// §7.1 steps 13 to 17, §7.2 steps 15 to 18.
    func check(at site: RelyingParty) throws(PasskeyFailure) {
        guard relyingParty.elementsEqual(site.hash) else { throw .relyingParty }
        guard flags.contains(.userPresent) else { throw .userNotPresent }
        if site.userVerification == .required, !flags.contains(.userVerified) { throw .userNotVerified }
        if flags.contains(.backedUp), !flags.contains(.backupEligible) { throw .backup }
    }

    var backup: BackupState {
        guard flags.contains(.backupEligible) else { return .singleDevice }
        return flags.contains(.backedUp) ? .backedUp : .eligible
    }
}

/// Whether there may be copies of a passkey's key (WebAuthn Level 3 §6.1.3).
public enum BackupState: String, Hashable, Sendable, Codable {
    /// The key stays in one authenticator.
    case singleDevice
    /// It may be copied by its maker's service, and is not now.
    case eligible
    case backedUp
}

/// Which make and model of authenticator, as it says itself; believed only as far as an attestation is.
public struct AuthenticatorModel: Hashable, Sendable, CustomStringConvertible {
    /// 16, as a UUID.
    public let octets: [UInt8]

    init(octets: [UInt8]) { self.octets = octets }

    /// RFC 9562 §4, in lower or upper case.
    public init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], let octets = try? Hex.decode(parts.joined()) else {
            return nil
        }
        self.octets = octets
    }

    /// It does not say.
    public var isUnknown: Bool { octets.allSatisfy { $0 == 0 } }

    public var description: String {
        let text = Hex.encode(octets)
        var rest = text[...]
        return [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }
}
