import Crypto
import SymbolonWire

/// What was fetched on revocation, kept for the next start: one file for each address, as its server sent it.
///
/// Nothing here is believed more than what a server sends: it is parsed, checked and judged by its age like that.
public struct RevocationFolder: Sendable {
    /// Absolute.
    public let path: String

    init(path: String) { self.path = path }

    /// Makes the folder when it is not there yet.
    public func prepare() throws(FileFailure) {
        do {
            try makeFolder(path, mode: HomeFolder.folderMode)
        } catch .exists {
            return  // Who may write to it is checked with the home.
        }
    }

    /// What was kept of an address; nil when nothing was.
    public func load(_ address: String) throws(FileFailure) -> [UInt8]? {
        do {
            return try RevocationFile.read(file(of: address))
        } catch .absent {
            return nil
        }
    }

    public func keep(_ octets: [UInt8], of address: String) throws(FileFailure) {
        try DurableFile.replace(file(of: address), with: octets, mode: HomeFolder.fileMode)
    }

    /// A digest of the address: no address makes a name that leads elsewhere.
    private func file(of address: String) -> String {
        "\(path)/\(Hex.encode(Array(SHA256.hash(data: Array(address.utf8)))))"
    }
}

extension HomeFolder {
    public var revocation: RevocationFolder { RevocationFolder(path: path + "/revocation") }
}
