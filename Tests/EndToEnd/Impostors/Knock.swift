import Foundation
import SymbolonTestSupport

/// One try of OpenSSL's client, which shows what it is given, believes whatever it meets and asks at once.
struct Knock: Sendable {
    static let request = "let me in\n"

    /// The application data that came back.
    let answer: String
    /// The number of the alert that it was sent.
    let alert: Int?
    /// What OpenSSL said.
    let log: String

    static func at(_ port: Int, _ papers: Papers?, _ options: [String] = []) async throws -> Knock {
        let arguments =
            ["20", "/usr/bin/openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-quiet"]
            + (papers?.options ?? []) + options
        let run = try await Socket.waiting {
            try SymbolonTestSupport.run("/usr/bin/timeout", arguments, input: Array(Self.request.utf8))
        }
        return Knock(answer: run.out, alert: Self.alert(in: run.err), log: run.err)
    }

    private static func alert(in log: String) -> Int? {
        guard let mark = log.range(of: "SSL alert number ") else { return nil }
        return Int(log[mark.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
}
