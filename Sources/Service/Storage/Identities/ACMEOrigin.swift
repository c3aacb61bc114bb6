public import SymbolonKeys
import SymbolonWire

/// That an identity came from an ACME server, and how the next certificate is to be got there.
///
/// Kept in the home as `identities/NAME.acme.json`, and the account's key, sealed, as `identities/NAME.account-key`. Both
/// go when an identity of that name comes another way: what renews it is what made it.
public struct ACMEOrigin: Equatable, Sendable {
    /// The URL of the server's directory.
    public let directory: String
    /// The account URL (RFC 8555 §7.3).
    public let account: String
    /// `dns:…` and `ip:…`, each once.
    public let names: [String]
    /// Nil: the server chooses.
    public let profile: String?
    /// `http-01` or `tls-alpn-01`.
    public let challenge: String
    /// `HOST:PORT` at which the server's look is awaited.
    public let listen: String
    /// In PEM: what the server's own certificate must lead to; nil: one of the authorities that the system trusts.
    public let serverAnchors: String?

    public init(
        directory: String, account: String, names: [String], profile: String?, challenge: String, listen: String,
        serverAnchors: String?
    ) {
        self.directory = directory
        self.account = account
        self.names = names
        self.profile = profile
        self.challenge = challenge
        self.listen = listen
        self.serverAnchors = serverAnchors
    }

    init?(_ json: JSONValue) {
        guard let directory = json["directory"]?.string, let account = json["account"]?.string,
            let names = json["names"]?.array?.compactMap(\.string), !names.isEmpty,
            let challenge = json["challenge"]?.string, let listen = json["listen"]?.string
        else { return nil }
        self.init(
            directory: directory, account: account, names: names, profile: json["profile"]?.string,
            challenge: challenge, listen: listen, serverAnchors: json["serverAnchors"]?.string)
    }

    var json: JSONValue {
        var members = [
            JSONMember("directory", .string(directory)), JSONMember("account", .string(account)),
            JSONMember("names", .array(names.map { .string($0) })), JSONMember("challenge", .string(challenge)),
            JSONMember("listen", .string(listen)),
        ]
        if let profile { members.append(JSONMember("profile", .string(profile))) }
        if let serverAnchors { members.append(JSONMember("serverAnchors", .string(serverAnchors))) }
        return .object(members)
    }
}

extension HomeFolder {
    /// 1 MiB: a hundred anchors, with room.
    private static let originLimit = 1 << 20

    private func originFile(_ name: IdentityName) -> String { "\(identitiesFolder)/\(name).acme.json" }
    private func accountKeyFile(_ name: IdentityName) -> String { "\(identitiesFolder)/\(name).account-key" }

    /// Nil for an identity that came another way.
    public func acmeOrigin(_ name: IdentityName) throws(HomeFailure) -> ACMEOrigin? {
        let path = originFile(name)
        let octets: [UInt8]
        do {
            octets = try FileReading.ownerOnly(path, limit: Self.originLimit)
        } catch .absent {
            return nil
        } catch {
            throw .file(error)
        }
        let limits = JSONReader.Limits(octets: Self.originLimit)
        guard let json = try? JSONReader.parse(octets, limits: limits), let origin = ACMEOrigin(json) else {
            throw .originUnreadable(path: path)
        }
        return origin
    }

    /// The key of the account that an identity is renewed by.
    public func accountKey(_ name: IdentityName, with passphrase: Passphrase) throws(KeyFileFailure) -> SigningKey {
        try PrivateKeyFile.load(accountKeyFile(name), with: passphrase)
    }

    /// Writes an identity from an ACME server durably, and before it where it came from: cut off between the two, what is
    /// renewed next is what was asked for last.
    ///
    /// - Parameter account: the account's key where it is new; nil: the one that is there stays.
    public func saveIdentity(
        _ identity: StoredIdentity, from origin: ACMEOrigin, account: SigningKey?, under passphrase: Passphrase,
        kdf: PasswordKDF = .scrypt
    ) throws(IdentityFailure) {
        let text = try identity.pem(under: passphrase, kdf: kdf)
        if let account { try replaceAccountKey(of: identity.name, account, under: passphrase, kdf) }
        do {
            try DurableFile.replace(originFile(identity.name), with: origin.json.bytes + [0x0A], mode: Self.fileMode)
            try DurableFile.replace(identityFile(identity.name), with: text, mode: Self.fileMode)
        } catch {
            throw .file(error)
        }
    }

    private func replaceAccountKey(
        of name: IdentityName, _ account: SigningKey, under passphrase: Passphrase, _ kdf: PasswordKDF
    ) throws(IdentityFailure) {
        do throws(FileFailure) { try forgetOrigin(name) } catch { throw .file(error) }
        do throws(KeyFileFailure) {
            try PrivateKeyFile.create(account, at: accountKeyFile(name), under: passphrase, kdf: kdf)
        } catch {
            throw .key(error)
        }
    }

    /// What becomes of this identity is no ACME server's matter any more.
    func forgetOrigin(_ name: IdentityName) throws(FileFailure) {
        for path in [originFile(name), accountKeyFile(name)] {
            do {
                try DurableFile.remove(path)
            } catch .absent {
                continue
            }
        }
    }
}
