import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import SymbolonVerification
import Testing

@testable import symbolon

extension EndToEnd {
    @Suite("A13: a hundred holders renew at once after their authority was away")
    struct AHerdComesBack {
        /// Renewals a second: few, so that the authority and not the machine decides how long it takes.
        private static let rate = 5
        private static let holders = 100

        @Test("they are let in at the authority's rate: none fails, and no second has three times as many as the mean")
        func herd() async throws {
            let machine = try Machine()
            let identities = try await Self.identities(of: machine)
            // Killed and back: what it knew of who waits is gone, and everybody comes at once.
            let port = try await Self.serve(machine, at: 0).port
            let served = try await Self.serve(machine, at: port).ends
            let anchor = try #require(identities.first?.anchors.first)
            let domain = try TrustDomain("example.internal")
            let link = try AuthorityLink(
                to: [ServerAddress(host: "127.0.0.1", port: port)], of: domain,
                trusting: [TrustAnchor(anchor, for: domain)])
            let tries = try await withThrowingTaskGroup(of: Int.self) { group in
                for identity in identities { group.addTask { try await Self.renew(identity, over: link) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tries.count == Self.holders)

            let seconds = try Self.issued(by: machine)
            let counts = Dictionary(grouping: seconds) { $0 }.mapValues(\.count)
            let length = Double((seconds.max() ?? 0) - (seconds.min() ?? 0) + 1)
            let (mean, peak) = (Double(seconds.count) / length, Double(counts.values.max() ?? 0))
            print(
                "\(seconds.count) renewals in \(Int(length)) s, \(peak) in one second, \(tries.reduce(0, +)) tries in all"
            )
            #expect(seconds.count == Self.holders)
            #expect(peak <= 3 * mean)
            // Whatever the machine does: what has gathered in a second, and what one brings.
            #expect(peak <= Double(2 * Self.rate))

            let page = try await link.client(to: link.addresses[0], as: nil).send(HTTPSRequest(.get, "/metrics"))
            let lines = String(decoding: page.body, as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(lines.contains("symbolon_renewals_total{outcome=\"renewed\"} \(Self.holders)"))
            #expect(lines.contains("symbolon_renewals_total{outcome=\"refused\"} 0"))
            #expect(lines.contains("symbolon_renewals_waiting 0"))
            let deferred = try #require(lines.first { $0.hasPrefix("symbolon_renewals_total{outcome=\"deferred\"} ") })
            #expect(Int(deferred.split(separator: " ")[1]) ?? 0 >= Self.holders / 2)
            served.signal(SIGTERM)
            #expect(try await served.ended().status == 0)
        }

        private static func serve(_ machine: Machine, at port: Int) async throws -> (ends: Ends, port: Int) {
            let ends = try machine.start(
                "up", "--listen", "127.0.0.1:\(port)", "--name", "127.0.0.1", "--renewals-per-second", "\(rate)",
                "--json")
            let listening = try await ends.event("authority") { $0["change"] == "listening" }
            let port = listening["address"]?.split(separator: ":").last.flatMap { Int($0) }
            return (ends, try #require(port))
        }

        private static func identities(of machine: Machine) async throws -> [StoredIdentity] {
            let authority = try await LocalAuthority.open(HomeFolder(machine.home), passphrase: nil)
            var identities: [StoredIdentity] = []
            for number in 0..<holders {
                let key = SigningKey.make(.p256)
                let issued = try await authority.issuing.issue(
                    IssuanceRequest(profile: .client, name: "holder\(number)", publicKey: key.publicKey, actor: "test"))
                identities.append(
                    try StoredIdentity(
                        name: IdentityName("holder\(number)"), chain: issued.chain, key: key, anchors: [issued.anchor]))
            }
            return identities
        }

        /// As an end does it: told to come again, it does, at the time that it was told. How often it asked.
        private static func renew(_ identity: StoredIdentity, over link: AuthorityLink) async throws -> Int {
            var random = SystemRandomNumberGenerator()
            var schedule = RenewalSchedule(of: CertificateLife(of: identity.leaf), at: Date(), using: &random)
            for attempt in 1... {
                let key = SigningKey.make(.p256)
                do throws(AdministrationFailure) {
                    let report = try await link.renew(identity, for: key, at: Date())
                    _ = try link.renewed(identity, key, report, at: Date())
                    return attempt
                } catch {
                    // A busy machine may not shake hands in time; whatever an authority says beside "come again" is a fault.
                    guard error.kind == .tooMany || !error.isAnswer else { throw error }
                    schedule.failed(
                        at: Date(), retryAfter: error.retryAfter.map(TimeInterval.init), using: &random)
                    try await Task.sleep(for: .seconds(max(0, schedule.next.timeIntervalSinceNow)))
                }
            }
            return 0
        }

        /// In which second each was issued, as the record says.
        private static func issued(by machine: Machine) throws -> [Int] {
            let lines = try machine.done("audit", "show", "--json", "--last", "10000").split(separator: "\n")
            return try lines.compactMap { Event(String($0)) }.filter {
                // Those that the test had issued before are not renewals.
                $0["kind"] == "certificate.issued" && $0["subject"]?.contains("/holder") == true
                    && $0["actor"] != "test"
            }.map {
                Int(try Date(#require($0["at"]), strategy: .iso8601).timeIntervalSince1970)
            }
        }
    }
}
