import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Synchronization

/// A client of a `MoodyServer` at `noon`, for whom waiting takes no time.
struct Enroller {
    static let names = ["web.example.internal"]
    static let key = TestKeys.key("obtained")
    static let account = TestKeys.key("account")

    let client: ACMEClient
    let clock = ManualClock()
    /// What was waited for, in seconds.
    let pauses = Pauses()

    final class Pauses: Sendable {
        private let list = Mutex<[Double]>([])
        var all: [Double] { list.withLock { $0 } }
        func add(_ seconds: Double) { list.withLock { $0.append(seconds) } }
    }

    init(_ directory: String) throws {
        var environment = ACMEClient.Environment()
        let (clock, pauses) = (clock, pauses)
        environment.now = { clock.now }
        environment.pause = { seconds in
            pauses.add(seconds)
            clock.advance(by: seconds)
        }
        let anchor = TrustAnchor(TestPKI.goodChain().anchor, for: try TrustDomain(TestPKI.trustDomain))
        client = try ACMEClient(
            directory: directory, trusting: Verifier(anchors: [anchor]), environment: environment)
    }

    static func wish(_ names: [String] = names, profile: String? = nil, replaces: Certificate? = nil) throws -> ACMEWish
    {
        ACMEWish(
            try names.map { .dns(try DNSPattern($0)) }, profile: profile, replaces: replaces)
    }

    /// The whole way, by http-01 at a port that the system chooses.
    func enroll(_ wish: ACMEWish? = nil, by way: ACMEProof.Way = .http01) async throws -> [Certificate] {
        let account = try await client.register(Self.account)
        return try await client.obtain(
            wish ?? Self.wish(), for: Self.key, as: account,
            proving: ACMEProof(way, listeningAt: ServerAddress(host: "127.0.0.1", port: 0)))
    }

    /// What stands in the way.
    func failure(_ wish: ACMEWish? = nil, by way: ACMEProof.Way = .http01) async throws -> ACMEClientFailure? {
        do {
            _ = try await enroll(wish, by: way)
            return nil
        } catch let failure as ACMEClientFailure {
            return failure
        }
    }
}
