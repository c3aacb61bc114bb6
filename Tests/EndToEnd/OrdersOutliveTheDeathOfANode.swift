import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonTestSupport
import Synchronization
import Testing

extension EndToEnd {
    @Suite("Orders outlive the death of a node", .timeLimit(.minutes(20)))
    struct OrdersOutliveTheDeathOfANode {
        /// 200, or as many as `SYMBOLON_ORDERS` says.
        private static let orders =
            ProcessInfo.processInfo.environment["SYMBOLON_ORDERS"].flatMap { Int($0) } ?? 200
        private static let applicants = 16

        @Test(
            "an order begun on a node that is killed then finishes on the other, with nonces of neither taken for good")
        func begunAndFinished() async throws {
            let nodes = try await NodesOnOneDatabase()
            // Begins at node 0: an even number of connections has been made before.
            let applicant = try nodes.applicant(1)
            let account = try await applicant.client.register(.make(.p256))
            let proving = Eventual<Void>()
            async let killing: Void = {
                _ = try #require(await proving.value(within: Ends.patience))
                try await nodes.kill(0)
            }()
            let leaf = try await applicant.obtain(1, as: account) { progress in
                if case .proving = progress { proving.set(()) }
            }
            try await killing
            #expect(try await nodes.ask("SELECT state FROM acme_order") == ["valid"])
            let serial = leaf.serialNumber.contents.drop { $0 == 0 }.map { String(format: "%02x", $0) }.joined()
            #expect(try await nodes.ask("SELECT encode(certificate, 'hex') FROM acme_order") == [serial])
            // Also by an applicant that finds the dead node first.
            let late = try nodes.applicant(3)
            _ = try await late.obtain(1, as: try await late.client.register(.make(.p256)))
        }

        /// What became of the orders, as their applicants saw it.
        private final class Tally: Sendable {
            struct State {
                var serials: [String] = []
                var failures: [String] = []
                var strange: [String] = []
            }

            let state = Mutex(State())
            private let milestones: [Int: Eventual<Void>]

            init(_ milestones: [Int: Eventual<Void>]) { self.milestones = milestones }

            func add(_ leaf: Certificate) {
                let serial = leaf.serialNumber.contents.drop { $0 == 0 }.map { String(format: "%02x", $0) }.joined()
                let count = state.withLock { state in
                    state.serials.append(serial)
                    return state.serials.count + state.failures.count
                }
                milestones[count]?.set(())
            }

            /// A problem document, or a connection that failed, is honest; anything else is not.
            func add(_ failure: any Error) {
                let isHonest =
                    switch failure {
                    case ACMEClientFailure.https, ACMEClientFailure.refused, ACMEClientFailure.rateLimited,
                        ACMEClientFailure.orderInvalid, ACMEClientFailure.notAuthorized:
                        true
                    default: false
                    }
                let count = state.withLock { state in
                    state.failures.append("\(failure)")
                    if !isHonest { state.strange.append("\(failure)") }
                    return state.serials.count + state.failures.count
                }
                milestones[count]?.set(())
            }
        }

        @Test("16 applicants, two nodes, each killed once in the middle: no order is lost, none has two certificates")
        func manyOrders() async throws {
            let nodes = try await NodesOnOneDatabase()
            let each = max(1, Self.orders / Self.applicants)
            let total = each * Self.applicants
            let (third, half) = (Eventual<Void>(), Eventual<Void>())
            let tally = Tally([total / 3: third, total / 2: half])
            let begin = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...Self.applicants {
                    let applicant = try nodes.applicant(number)
                    group.addTask {
                        let account = try await applicant.client.register(.make(.p256))
                        for order in 1...each {
                            do {
                                tally.add(try await applicant.obtain(order, as: account))
                            } catch {
                                tally.add(error)
                            }
                        }
                    }
                }
                group.addTask {
                    for (node, moment) in [third, half].enumerated() {
                        _ = try #require(await moment.value(within: .seconds(900)))
                        try await nodes.kill(node)
                        try await nodes.start(node)
                    }
                }
                try await group.waitForAll()
            }
            let seen = tally.state.withLock { $0 }
            #expect(seen.strange == [])
            #expect(seen.serials.count + seen.failures.count == total)
            // One error of a hundred is more than a death explains: clients go to the other node.
            #expect(seen.failures.count <= total / 100, "\(seen.failures.prefix(5))")
            #expect(Set(seen.serials).count == seen.serials.count)
            try await examine(nodes, seen.serials, total, failures: seen.failures.count)
            print(
                "\(total) orders of \(Self.applicants) applicants at two nodes, each killed once: \(seen.serials.count) valid,"
                    + " \(seen.failures.count) honest errors, \(ContinuousClock.now - begin)")
        }

        /// The store agrees with what the applicants were told.
        private func examine(
            _ nodes: NodesOnOneDatabase, _ serials: [String], _ total: Int, failures: Int
        ) async throws {
            // What a node that ended was at is finished by another after its lease of 30 s; nothing says so but the store.
            for _ in 0..<120 {
                let open = try await nodes.ask(
                    """
                    SELECT (SELECT count(*) FROM acme_order WHERE state = 'processing')
                        + (SELECT count(*) FROM certificate WHERE state = 'intended')
                    """)
                if open == ["0"] { break }
                try await Task.sleep(for: .milliseconds(500))
            }
            let states = try await nodes.ask(
                "SELECT state || ' ' || count(*) FROM acme_order GROUP BY state ORDER BY state")
            #expect(states.allSatisfy { !$0.hasPrefix("processing") }, "\(states)")
            // Every acknowledged certificate is one order's, and is issued.
            let known = try await nodes.ask(
                """
                SELECT encode(o.certificate, 'hex') FROM acme_order o JOIN certificate c ON c.serial = o.certificate
                WHERE o.state = 'valid' AND c.state = 'issued'
                """)
            #expect(Set(serials).isSubset(of: Set(known)))
            #expect(Set(known).count == known.count && known.count >= serials.count)
            // What was not acknowledged is bounded by what was told as an error, or asked for twice.
            #expect(known.count <= total)
            // An order has one certificate: what a second node issued for the same one is revoked or given up.
            let doubled = try await nodes.ask(
                "SELECT actor FROM certificate WHERE actor LIKE 'acme account %' AND state = 'issued' GROUP BY actor HAVING count(*) > 1"
            )
            #expect(doubled == [])
            #expect(try await nodes.ask("SELECT serial FROM certificate GROUP BY serial HAVING count(*) > 1") == [])
            // Nothing was certified that is no order's.
            let orphans = try await nodes.ask(
                """
                SELECT c.actor FROM certificate c WHERE c.actor LIKE 'acme account %' AND c.state = 'issued'
                AND NOT EXISTS (SELECT 1 FROM acme_order o WHERE o.certificate = c.serial)
                """)
            #expect(orphans == [])
            #expect(try await nodes.ask("SELECT count(*) FROM certificate WHERE state = 'intended'") == ["0"])
            let verified = try run(
                BuiltProgram.path("symbolon"), ["audit", "verify", "--home", nodes.folder.file("node1")])
            #expect(verified.status == 0, "\(verified.out)\(verified.err)")
        }
    }
}
