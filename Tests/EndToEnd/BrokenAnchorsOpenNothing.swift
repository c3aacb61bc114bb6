import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("T10: broken anchors open nothing")
    struct BrokenAnchorsOpenNothing {
        struct Spoiling: Sendable, CustomTestStringConvertible {
            let testDescription: String
            /// In the complaint, or in the warning.
            let reason: String
            let spoil: @Sendable (String, Machine) throws -> Void

            init(_ name: String, _ reason: String, spoil: @escaping @Sendable (String, Machine) throws -> Void) {
                testDescription = name
                self.reason = reason
                self.spoil = spoil
            }
        }

        static let spoilings = [
            Spoiling("absent", "does not exist") { path, _ in try FileManager.default.removeItem(atPath: path) },
            Spoiling("empty", "is empty") { path, _ in try Data().write(to: URL(fileURLWithPath: path)) },
            Spoiling("a folder", "is a folder") { path, _ in
                try FileManager.default.removeItem(atPath: path)
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            },
            Spoiling("closed to everybody", "permission to read it is denied") { path, _ in
                try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
            },
            Spoiling("half of a file", "anchors.pem: ") { path, _ in
                let whole = try Data(contentsOf: URL(fileURLWithPath: path))
                try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
            },
            Spoiling("DER, not PEM", "is not PEM text") { path, machine in
                let der = try SymbolonTestSupport.run("/usr/bin/openssl", ["x509", "-in", path, "-outform", "DER"])
                try Data(der.outBytes).write(to: URL(fileURLWithPath: path))
            },
            Spoiling("all expired", "has expired") { path, _ in
                let pem = try SymbolonTestSupport.run(
                    "/usr/bin/openssl", ["x509", "-inform", "DER", "-outform", "PEM"],
                    input: TestPKI.expired.rootDER)
                try Data(pem.outBytes).write(to: URL(fileURLWithPath: path))
            },
        ]

        @Test("T10: start is refused, with the reason", arguments: spoilings)
        func start(_ spoiling: Spoiling) async throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "web", "--profile", "service")
            let files = try machine.export("web", to: "web")
            try spoiling.spoil(files.anchors, machine)
            let ends = try machine.start(
                "protect", "web", "--to", "127.0.0.1:1", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--certificate", files.chain, "--key", files.key, "--anchors", files.anchors)
            let ended = try await ends.ended()
            #expect(ended.status == 2)
            #expect(ended.complaint.contains(spoiling.reason), "\(ended.complaint)")
            #expect(ends.events.isEmpty)
        }

        @Test("T10: a reload keeps the old anchors and says so; the honest client stays in", arguments: spoilings)
        func reload(_ spoiling: Spoiling) async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done("identity", "issue", "web", "--profile", "service")
            let files = try machine.export("web", to: "web")
            let protect = try await machine.protect(
                to: backend, "--allow", "laptop", "--certificate", files.chain, "--key", files.key, "--anchors",
                files.anchors)
            let reach = try await machine.reach("--as", "laptop", "--at", "127.0.0.1:\(protect.port)")
            try spoiling.spoil(files.anchors, machine)
            let warning = try await protect.ends.event("warning") { $0["what"]?.contains("new identity") == true }
            #expect(warning["why"]?.contains(spoiling.reason) == true, "\(warning)")
            _ = try await Socket.echoed(reach.port)
            let warnings = protect.ends.events.filter { $0["what"]?.contains("new identity") == true }
            #expect(warnings.count == 1)
        }
    }
}

extension TestPKI {
    /// A good chain whose root ended before any clock that runs this.
    fileprivate static var expired: TestPKI {
        var chain = goodChain()
        chain.root.notBefore = noon - 3 * 365 * .day
        chain.root.notAfter = noon - 2 * 365 * .day
        return chain
    }
}
