import Foundation
public import SymbolonAuthority

/// Where an authority keeps its store.
public enum StoreLocation: Hashable, Sendable, CustomStringConvertible {
    case file(String)
    case postgreSQL(PostgreSQLAddress)

    public var description: String {
        switch self {
        case .file(let path): path
        case .postgreSQL(let address): address.description
        }
    }
}

extension HomeFolder {
    /// Names the database, for an authority that keeps its store in one: a connection string on one line.
    public var storeFile: String { path + "/store" }

    /// In octets: a connection string with every parameter there is has less.
    private static let longestAddress = 4096

    /// Where the authority's store is: the database that was named, else the one that the home remembers, else the file in
    /// the home.
    public func store() throws(StoreFailure) -> StoreLocation {
        if let namedStore { return .postgreSQL(namedStore) }
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try FileReading.ownerOnly(storeFile, limit: Self.longestAddress)
        } catch .absent {
            return .file(database)
        } catch {
            throw .unavailable(error.explanation)
        }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        do throws(PostgreSQLAddressFailure) {
            return .postgreSQL(try PostgreSQLAddress(text))
        } catch {
            throw .unavailable("\(storeFile) does not name a database: \(error.explanation)")
        }
    }

    /// Remembers the database that was named, durably.
    public func rememberStore() throws(FileFailure) {
        guard let namedStore else { return }
        try DurableFile.replace(storeFile, with: Array((namedStore.text + "\n").utf8), mode: Self.fileMode)
    }
}
