import Foundation
import SymbolonKeys
import SymbolonStorage
import SymbolonTokens
import SymbolonWire

/// The file in which an end publishes the keys of its tokens: before one signs, and until nothing rests on it any more.
struct TokenKeys: Sendable {
    let path: String
    private var keys = PublishedKeys()
    /// What is published is not what is in the file.
    private var isOwed = false

    init(_ path: String) { self.path = path }

    /// Readable for everybody: there is no secret in it.
    private static let mode: UInt32 = 0o644

    /// This one is to sign.
    mutating func take(_ key: PublicKey, at now: Date) throws(FileFailure) {
        if keys.take(key, at: now) { isOwed = true }
        try write()
    }

    /// Takes out what has had its time, and tries again what could not be written.
    mutating func tidy(at now: Date) throws(FileFailure) {
        if keys.forget(before: now) { isOwed = true }
        try write()
    }

    private mutating func write() throws(FileFailure) {
        guard isOwed else { return }
        try DurableFile.replace(path, with: keys.json.bytes + [UInt8(ascii: "\n")], mode: Self.mode)
        isOwed = false
    }
}
