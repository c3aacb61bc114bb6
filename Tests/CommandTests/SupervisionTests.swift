import Foundation
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("What a service manager is told, as sd_notify(3) has it")
struct SupervisionTests {
    @Test("lines with their values, in one datagram, to a path and to a name of the abstract namespace")
    func told() async throws {
        let folder = try TemporaryFolder()
        for name in [folder.file("notify"), "@symbolon-test-\(UUID().uuidString)"] {
            let socket = try NotifySocket(at: name)
            let manager = try #require(ServiceManager(["NOTIFY_SOCKET": name]))
            manager.tell(.reloading(microseconds: 42), .status("two\nlines"))
            manager.tell(.mainProcess(7), .ready, .stopping, .watchdog, .extendTimeout(microseconds: 9))
            #expect(try await eventually { socket.all.count == 2 })
            #expect(
                socket.all == [
                    "RELOADING=1\nMONOTONIC_USEC=42\nSTATUS=two\\u{a}lines",
                    "MAINPID=7\nREADY=1\nSTOPPING=1\nWATCHDOG=1\nEXTEND_TIMEOUT_USEC=9",
                ])
        }
    }

    @Test("nobody who is not there, and nothing that is no address")
    func absent() {
        #expect(!isThere([:]))
        for name in ["", "@", "/", "relative", "vsock:2:1", "/" + String(repeating: "x", count: 107)] {
            #expect(!isThere(["NOTIFY_SOCKET": name]), "\(name)")
        }
        // It is told nothing, and nothing happens.
        ServiceManager(["NOTIFY_SOCKET": "/nowhere/at/all"])?.tell(.ready)
    }

    private func isThere(_ environment: [String: String]) -> Bool {
        if case nil = ServiceManager(environment) { false } else { true }
    }

    @Test("a sign of life is wanted where it is meant for this process")
    func watchdog() {
        func wanted(_ more: [String: String]) -> Duration? {
            ServiceManager(more.merging(["NOTIFY_SOCKET": "@x"]) { $1 }, process: 42)?.watchdog
        }
        #expect(wanted([:]) == nil)
        #expect(wanted(["WATCHDOG_USEC": "3000000"]) == .seconds(3))
        #expect(wanted(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "42"]) == .seconds(3))
        #expect(wanted(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "43"]) == nil)
        #expect(wanted(["WATCHDOG_USEC": "0"]) == nil && wanted(["WATCHDOG_USEC": "soon"]) == nil)
    }
}
