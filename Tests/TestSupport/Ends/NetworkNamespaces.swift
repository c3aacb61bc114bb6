import Foundation
import Testing

/// Two machines as far as the network goes: each in a network namespace of its own, with its own loopback, and one line
/// between the two.
///
/// They need the right to make such namespaces: root's, or CAP_SYS_ADMIN and CAP_NET_ADMIN.
public final class NetworkNamespaces: Sendable {
    public struct Place: Sendable {
        fileprivate let name: String
        /// As the other machine reaches it.
        public let address: String

        /// What stands before a command, so that it runs there.
        public var wrapper: [String] { ["/usr/sbin/ip", "netns", "exec", name] }
    }

    public let one: Place
    public let other: Place

    /// Why there can be none here; nil: there can. Found out by making one.
    public static let obstacle: String? = {
        guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/ip") else {
            return "there is no /usr/sbin/ip (Debian: iproute2)"
        }
        do {
            _ = try NetworkNamespaces()
            return nil
        } catch {
            return "\(error)"
        }
    }()

    /// Whether there can be any; where not, it is said.
    public static let arePermitted: Bool = {
        guard let obstacle else { return true }
        print("WARNING: no network namespaces can be made here; tests that need two machines are skipped: \(obstacle)")
        return false
    }()

    public init() throws {
        let mark = String(UInt32.random(in: 0 ... .max), radix: 36)
        // RFC 2544 §C.2.2 sets 198.18.0.0/15 aside for tests between two networks.
        one = Place(name: "symbolon-a-\(mark)", address: "198.18.0.1")
        other = Place(name: "symbolon-b-\(mark)", address: "198.18.0.2")
        try Self.ip("netns", "add", one.name)
        try Self.ip("netns", "add", other.name)
        try Self.ip("-n", one.name, "link", "add", "line", "type", "veth", "peer", "name", "line", "netns", other.name)
        for place in [one, other] {
            try Self.ip("-n", place.name, "addr", "add", "\(place.address)/30", "dev", "line")
            try Self.ip("-n", place.name, "link", "set", "line", "up")
            try Self.ip("-n", place.name, "link", "set", "lo", "up")
        }
    }

    /// The line goes with them.
    deinit { for place in [one, other] { try? Self.ip("netns", "delete", place.name) } }

    private static func ip(_ arguments: String...) throws {
        let result = try run("/usr/sbin/ip", arguments)
        guard result.status == 0 else { throw Refused(command: arguments.joined(separator: " "), why: result.err) }
    }

    struct Refused: Error, CustomStringConvertible {
        let command: String
        let why: String
        var description: String { "ip \(command): \(why.trimmingCharacters(in: .whitespacesAndNewlines))" }
    }
}
