import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("One file serves several ends")
    struct OneFileServesSeveralEnds {
        @Test("two services and a door to each, in one process, each with its own rule")
        func twoServices() async throws {
            let (machine, web, ledger) = (try Machine(), try Backend(), try Backend())
            let file = try machine.folder.write(
                """
                home: home
                protect:
                  - name: web
                    listen: 127.0.0.1:0
                    to: 127.0.0.1:\(web.port)
                    allow: [laptop, till]
                  - name: ledger
                    listen: 127.0.0.1:0
                    to: 127.0.0.1:\(ledger.port)
                    allow: [till]
                reach:
                  - {name: web, listen: "127.0.0.1:0", as: laptop}
                  - {name: ledger, listen: "127.0.0.1:0", as: laptop}
                """, to: "run.yaml")
            // From another folder: the home is found beside the file.
            let ends = try Ends(["run", "--config", file])
            let door = try await ends.event("listening") { $0["role"] == "reach" && $0["service"] == "web" }
            let closed = try await ends.event("listening") { $0["role"] == "reach" && $0["service"] == "ledger" }

            let client = try await Socket.echoed(port(door))
            #expect(try await Socket.connect(port(closed)).readToEnd().bytes.isEmpty)
            #expect(try await ends.event("refused")["service"] == "ledger")
            #expect(ledger.connections == 0)
            client.endOutput()
            _ = try await client.readToEnd()

            _ = try await ends.stop()
            let counters = ends.events.filter { $0["event_type"] == "counters" }
            #expect(counters.count == 4)
            #expect(counters.allSatisfy { $0.number("backendBytesBeforeProof") == 0 })
        }

        @Test("a faulty file starts nothing, and every fault is named with its line")
        func faults() async throws {
            let machine = try Machine()
            let file = try machine.folder.write(
                """
                protect:
                  - name: web
                    listen: 127.0.0.1:0
                    to: 127.0.0.1
                    alow: [laptop]
                  - name: web
                    listen: 127.0.0.1:0
                    to: 127.0.0.1:80
                    handshake-deadline: soon
                """, to: "run.yaml")
            let ends = try machine.start("run", "--config", file)
            let ended = try await ends.ended()
            #expect(ended.status == 78)
            #expect(ends.events.isEmpty)
            for place in ["run.yaml:4:9: ", "run.yaml:5:5: ", "run.yaml:6:11: ", "run.yaml:9:25: "] {
                #expect(ended.complaint.contains(place), "\(place) in \(ended.complaint)")
            }
        }

        @Test("where one end cannot listen none is left running, and the complaint says what to do")
        func portInUse() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let file = try machine.folder.write(
                """
                protect:
                  - {name: web, listen: "127.0.0.1:0", to: "127.0.0.1:1"}
                  - {name: ledger, listen: "127.0.0.1:\(backend.port)", to: "127.0.0.1:1"}
                """, to: "run.yaml")
            let ends = try machine.start("run", "--config", file)
            let ended = try await ends.ended()
            #expect(ended.status == 1)
            #expect(ended.complaint.contains("cannot listen on 127.0.0.1:\(backend.port)"))
            #expect(ended.complaint.contains("ss -ltnp"))
        }

        private func port(_ event: Event) throws -> Int {
            try #require(event["address"]?.split(separator: ":").last.flatMap { Int($0) })
        }
    }
}
