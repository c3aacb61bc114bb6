import SymbolonTestSupport
import Testing

/// Large files, made and compared by the system's own programs.
enum Bytes {
    /// Writes so many octets that do not compress, the same each time.
    static func write(_ count: Int, to path: String) throws {
        try shell("head -c \(count) /dev/zero | \(keystream) > \"$1\"", path)
    }

    /// As base64 in lines of 127 characters: text that no program quotes or splits.
    static func writeText(of count: Int, to path: String) throws {
        try shell("head -c \(count) /dev/zero | \(keystream) | base64 -w 127 > \"$1\"", path)
    }

    private static let keystream = "openssl enc -aes-128-ctr -K \(String(repeating: "07", count: 16)) -iv 00"

    private static func shell(_ script: String, _ path: String) throws {
        let made = try SymbolonTestSupport.run("/bin/bash", ["-c", "set -eo pipefail; " + script, "bash", path])
        // OpenSSL says that it fills a short initial value with zeros.
        try #require(made.status == 0, "\(made.err)")
    }

    static func areEqual(_ one: String, _ other: String) throws -> Bool {
        let compared = try SymbolonTestSupport.run("/usr/bin/cmp", [one, other])
        if compared.status != 0 { print(compared.out, compared.err) }
        return compared.status == 0
    }
}
