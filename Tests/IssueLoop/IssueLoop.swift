import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage

/// Issues certificates until it is killed, and acknowledges each on standard output: what the tests of durability kill.
///
/// The store is a file's path or a connection string.
///
///     issue-loop STORE ISSUING-KEY AUDIT-KEY [POINT COUNT]
///
/// The keys are unsealed: these tests are not about them. It writes `ready` before the first certificate, then the
/// serial number of each one that `issue` gave back. With a point and a count it kills itself when it passes that point
/// between the steps of issuance for that time, which is exactly there and not some milliseconds later.
@main
enum IssueLoop {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 3 || arguments.count == 5 else {
            acknowledge("usage: issue-loop STORE ISSUING-KEY AUDIT-KEY [POINT COUNT]")
            exit(64)
        }
        let keys = AuthorityKeys(
            issuing: try PrivateKeyFile.loadGiven(arguments[1], with: nil),
            audit: try PrivateKeyFile.loadGiven(arguments[2], with: nil))
        let authority = try await IssuingAuthority.open(
            AuthorityDatabase.open(location(arguments[0])), keys: keys, clock: { Date() }, faults: faults(arguments))
        let subject = SigningKey.make(.p256).publicKey
        acknowledge("ready")
        while true {
            let issued = try await authority.issue(
                IssuanceRequest(profile: .client, name: "loop", publicKey: subject, actor: "issue-loop"))
            acknowledge(issued.serialNumber.description)
        }
    }

    private static func location(_ text: String) throws -> StoreLocation {
        PostgreSQLAddress.isConnectionString(text) ? .postgreSQL(try PostgreSQLAddress(text)) : .file(text)
    }

    private static func faults(_ arguments: [String]) -> IssuanceFaults {
        guard arguments.count == 5, let point = FaultPoint(rawValue: arguments[3]), let times = Int(arguments[4]) else {
            return .none
        }
        let countdown = Countdown(times)
        return IssuanceFaults(reach: { reached in
            if reached == point, countdown.isOver() { kill(getpid(), SIGKILL) }
        })
    }

    /// One write, unbuffered: whoever reads this line knows that `issue` had returned.
    private static func acknowledge(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
