import CPostgreSQL
import Foundation

/// Which PostgreSQL database: a connection string as libpq reads it, `postgresql://…` or `host=… dbname=…`.
///
/// Its description has no password, whatever the text had. The password belongs in a file that only its owner can read:
/// `~/.pgpass`, `PGPASSFILE`, `passfile=` or a service file.
public struct PostgreSQLAddress: Hashable, Sendable, CustomStringConvertible {
    /// As it was given: it may hold a password, and is not to be shown.
    let text: String
    /// Each parameter that the text gives.
    private let parameters: [String: String]

    /// - Throws: when libpq cannot read it.
    public init(_ text: String) throws(PostgreSQLAddressFailure) {
        guard !text.utf8.contains(0), Self.isConnectionString(text) else { throw .unreadable }
        self.text = text
        parameters = try Self.parsed(text)
    }

    /// True for what is meant as one, rather than a file.
    public static func isConnectionString(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
            || text.wholeMatch(of: /\s*(host|hostaddr|port|dbname|user|service)\s*=.*/.dotMatchesNewlines()) != nil
    }

    /// The text holds a password, which other processes can see where it was given as an argument.
    public var holdsPassword: Bool { parameters.keys.contains { Self.secrets.contains($0) } }

    public var description: String {
        parameters.filter { !Self.secrets.contains($0.key) }.sorted { Self.order($0.key) < Self.order($1.key) }
            .map { "\($0.key)=\(Self.quoted($0.value))" }.joined(separator: " ")
    }

    private static let secrets: Set<String> = ["password", "sslpassword"]

    private static func order(_ name: String) -> (Int, String) {
        (["host", "hostaddr", "port", "dbname", "user"].firstIndex(of: name) ?? 9, name)
    }

    private static func quoted(_ value: String) -> String {
        guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "'" || $0 == "\\" }) else { return value }
        return "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    private static func parsed(_ text: String) throws(PostgreSQLAddressFailure) -> [String: String] {
        // libpq's own message may quote the text, and with it a password.
        guard let options = unsafe PQconninfoParse(text, nil) else { throw .unreadable }
        defer { unsafe PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe parameters[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe option += 1
        }
        return parameters
    }

    // MARK: What is added to it

    /// What is not said in the text or the environment, and should not be libpq's default.
    func additions(patience: Double, environment: [String: String]) -> [(name: String, value: String)] {
        var additions = [
            ("application_name", "symbolon"), ("client_encoding", "UTF8"),
            // A server that is away is noticed, not waited for without end.
            ("connect_timeout", "\(max(2, Int(patience.rounded(.up))))"),
            ("tcp_user_timeout", "\(max(2000, Int(patience * 1000)))"),
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
            // Of several hosts, the one that takes writes.
            ("target_session_attrs", "read-write"),
        ]
        // libpq would take any certificate, or none. What is to be believed less is said by name.
        if !isLocal(environment) { additions.append(("sslmode", "verify-full")) }
        return additions.filter { name, _ in
            parameters[name] == nil && environment[Self.variable(name)] == nil
        }
    }

    private static func variable(_ name: String) -> String {
        switch name {
        case "sslmode": "PGSSLMODE"
        case "connect_timeout": "PGCONNECT_TIMEOUT"
        case "client_encoding": "PGCLIENTENCODING"
        case "application_name": "PGAPPNAME"
        case "target_session_attrs": "PGTARGETSESSIONATTRS"
        default: ""
        }
    }

    /// Every host is this machine: a socket in the file system, or a loopback address.
    private func isLocal(_ environment: [String: String]) -> Bool {
        // A service file may name any host, and its own sslmode.
        if parameters["service"] != nil || environment["PGSERVICE"] != nil { return false }
        let hosts =
            parameters["hostaddr"] ?? parameters["host"] ?? environment["PGHOSTADDR"] ?? environment["PGHOST"] ?? ""
        return hosts.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { host in
            host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1"
                || host.wholeMatch(of: /127\.\d{1,3}\.\d{1,3}\.\d{1,3}/) != nil
        }
    }
}

/// Why a text names no database.
public enum PostgreSQLAddressFailure: Error, Equatable, Sendable {
    case unreadable

    public var explanation: String {
        "it is not a connection string: postgresql://USER@HOST:PORT/DATABASE or host=… port=… dbname=… user=…"
    }
}
