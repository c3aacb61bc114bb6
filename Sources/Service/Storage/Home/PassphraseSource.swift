import Foundation
public import SymbolonKeys
import SymbolonWire

/// Where the passphrase that opens the keys comes from.
///
/// Never an argument or an environment variable: other processes can list both, and both end up in crash reports.
public enum PassphraseSource: Equatable, Sendable {
    /// A descriptor that the caller opened for this process; read to its end, once, and closed.
    case descriptor(Int32)
    /// The name of a credential that systemd passes (`LoadCredential=`); systemd keeps its folder closed to others.
    case systemdCredential(String)
    /// A file of this user's that nobody else can read.
    case file(String)

    /// In octets. Longer input is some other file given by mistake.
    public static let maximumLength = 4096

    /// Reads the passphrase. One line break at its end does not belong to it.
    public func read() throws(PassphraseFailure) -> Passphrase {
        try read(credentialsFolder: ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"])
    }

    func read(credentialsFolder: String?) throws(PassphraseFailure) -> Passphrase {
        var bytes = try readBytes(credentialsFolder)
        defer { wipe(&bytes) }
        var length = bytes.count
        if length > 0, bytes[length - 1] == UInt8(ascii: "\n") {
            length -= 1
            if length > 0, bytes[length - 1] == UInt8(ascii: "\r") { length -= 1 }
        }
        guard length > 0 else { throw .empty(self) }
        return Passphrase(copying: bytes[..<length])
    }

    private func readBytes(_ credentialsFolder: String?) throws(PassphraseFailure) -> [UInt8] {
        let limit = Self.maximumLength
        switch self {
        case .descriptor(let number):
            return try wrap { () throws(FileFailure) in
                try OpenFile(adopting: number, name: description).readAll(limit: limit)
            }
        case .systemdCredential(let name):
            guard let credentialsFolder else { throw .noCredentialsFolder(name: name) }
            guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else { throw .credentialName(name) }
            return try wrap { () throws(FileFailure) in
                try FileReading.anyOwner("\(credentialsFolder)/\(name)", limit: limit, links: .refuse)
            }
        case .file(let path):
            return try wrap { () throws(FileFailure) in try FileReading.ownerOnly(path, limit: limit) }
        }
    }

    private func wrap(_ read: () throws(FileFailure) -> [UInt8]) throws(PassphraseFailure) -> [UInt8] {
        do {
            return try read()
        } catch {
            throw .file(error)
        }
    }

    /// 256 random bits as base64url text and a line break.
    static func randomText() -> [UInt8] {
        var octets: [UInt8] = .random(32)
        defer { wipe(&octets) }
        return Array(Base64URL.encode(octets).utf8) + [UInt8(ascii: "\n")]
    }
}

extension PassphraseSource: CustomStringConvertible {
    public var description: String {
        switch self {
        case .descriptor(let number): "descriptor \(number)"
        case .systemdCredential(let name): "systemd credential \(name)"
        case .file(let path): path
        }
    }
}

/// Why there is no passphrase.
public enum PassphraseFailure: Error, Equatable, Sendable {
    case empty(PassphraseSource)
    case credentialName(String)
    case noCredentialsFolder(name: String)
    case file(FileFailure)

    public var explanation: String {
        switch self {
        case .empty(let source): "the passphrase from \(source) is empty"
        case .credentialName(let name): "\(name.debugDescription) is not the name of a systemd credential"
        case .noCredentialsFolder(let name):
            "there is no systemd credential \(name): CREDENTIALS_DIRECTORY is not set; "
                + "add LoadCredential=\(name):PATH to the unit"
        case .file(let failure): "the passphrase cannot be read: \(failure.explanation)"
        }
    }
}
