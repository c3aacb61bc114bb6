import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("up --publish-at serves lists that openssl believes, and names them in certificates")
    struct ListsArePublishedForEverybody {
        /// Runs openssl or curl to its end.
        private static func tool(_ path: String, _ arguments: String...) throws -> ProgramRun {
            try SymbolonTestSupport.run(path, arguments)
        }

        @Test("a certificate leads to its list; revoked, it is on it within seconds, and openssl refuses it")
        func published() async throws {
            let served = try await Served.start(
                "--publish-at", "http://pki.example.internal", "--publish-on", "127.0.0.1:0")
            let place = try #require(
                await served.server.lines.first(after: 0, within: Ends.patience) { line -> String? in
                    guard let event = Event(line), event["change"] == "publishing" else { return nil }
                    return event["address"]
                })
            for name in ["web", "other"] {
                let issued = try served.here(["identity", "issue", name, "--profile", "service"])
                try #require(issued.status == 0, "\(issued.err)")
                let exported = try served.here([
                    "identity", "export", name, "--out", served.folder.file(name), "--plain-key",
                ])
                try #require(exported.status == 0, "\(exported.err)")
            }
            let text = try Self.tool(
                "/usr/bin/openssl", "x509", "-in", served.folder.file("web/web.pem"), "-noout", "-ext",
                "crlDistributionPoints"
            ).out
            let url = try #require(
                text.split(separator: "URI:").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) })
            #expect(url.hasPrefix("http://pki.example.internal/crl/"), "\(text)")

            func fetch(_ url: String, to file: String) throws -> Bool {
                try Self.tool(
                    "/usr/bin/curl", "--silent", "--fail", "--max-time", "20", "--connect-to",
                    "pki.example.internal:80:\(place)", "-o", served.folder.file(file), url
                ).status == 0
            }
            func verify(_ name: String) throws -> ProgramRun {
                _ = try Self.tool(
                    "/usr/bin/openssl", "crl", "-inform", "DER", "-in", served.folder.file("list.der"), "-out",
                    served.folder.file("list.pem"))
                return try Self.tool(
                    "/usr/bin/openssl", "verify", "-extended_crl", "-crl_check", "-no-CApath", "-no-CAstore", "-CAfile",
                    served.folder.file("\(name)/anchors.pem"), "-CRLfile", served.folder.file("list.pem"), "-untrusted",
                    served.folder.file("\(name)/\(name).pem"), served.folder.file("\(name)/\(name).pem"))
            }
            try await eventually { try fetch(url, to: "list.der") }
            #expect(try verify("web").status == 0)
            try #require(try served.here(["identity", "revoke", "web", "--reason", "keyCompromise"]).status == 0)
            try await eventually {
                guard try fetch(url, to: "list.der") else { return false }
                return try verify("web").err.contains("certificate revoked")
            }
            // By the list of everything the other one is still good.
            let all = url.replacing(/[0-9]+\.crl$/, with: "all.crl")
            #expect(try fetch(all, to: "list.der"))
            #expect(try verify("web").err.contains("certificate revoked"))
            #expect(try verify("other").status == 0)
            // R16: both are newer than the filter, which says so, and not that either is good.
            let issuer = try #require(url.split(separator: "/").dropLast().last)
            #expect(try fetch("http://pki.example.internal/filter/\(issuer)/complete.filter", to: "complete.filter"))
            // Trusting the issuer itself: no filter speaks for that.
            let chain = try String(contentsOfFile: served.folder.file("other/other.pem"), encoding: .utf8)
            let issuing = try #require(chain.split(separator: "-----BEGIN CERTIFICATE-----").last)
            try served.folder.write("-----BEGIN CERTIFICATE-----" + issuing, to: "issuing.pem")
            let judged = try served.here([
                "verify", served.folder.file("other/other.pem"), "--root", served.folder.file("issuing.pem"),
                "--filter", served.folder.file("complete.filter"),
            ])
            #expect(
                judged.status == 1 && judged.out.contains("began after what the revocation filter covers"), "\(judged)")
            let wrong = try served.here([
                "verify", served.folder.file("other/other.pem"), "--filter", served.folder.file("list.der"),
            ])
            #expect(wrong.status == 2 && wrong.err.contains("the revocation filter is malformed"), "\(wrong)")
            let doctor = try served.here(["doctor"])
            #expect(doctor.status == 0 || doctor.out.contains("web"), "\(doctor.out)")
            #expect(doctor.out.contains("revocation lists"), "\(doctor.out)")
        }

        @Test("what cannot be is refused, with what to do")
        func refused() throws {
            let folder = try TemporaryFolder()
            func up(_ options: String...) throws -> ProgramRun {
                let home = options.contains("--home") ? [] : ["--home", folder.file("home")]
                return try SymbolonTestSupport.run(BuiltProgram.path("symbolon"), ["up"] + home + options)
            }
            let secure = try up("--once", "--publish-at", "https://pki.example.internal")
            #expect(secure.status != 0 && secure.err.contains("http://"), "\(secure.err)")
            let alone = try up("--listen", "127.0.0.1:0", "--publish-on", "127.0.0.1:0")
            #expect(alone.status != 0 && alone.err.contains("--publish-at"), "\(alone.err)")
            let taken = try ListeningSocket()
            let busy = try up(
                "--listen", "127.0.0.1:0", "--publish-at", "http://pki.example.internal", "--publish-on",
                "127.0.0.1:\(taken.port)", "--home", folder.file("busy"))
            #expect(busy.status != 0 && busy.err.contains("--publish-on HOST:PORT"), "\(busy.err)")
            let once = try up("--once", "--publish-on", "127.0.0.1:0")
            #expect(once.status != 0 && once.err.contains("--publish-on means nothing"), "\(once.err)")
            let set = try up("--once", "--publish-at", "http://pki.example.internal", "--json")
            #expect(
                set.status == 0 && set.out.contains("http:\\/\\/pki.example.internal")
                    || set.out.contains("http://pki.example.internal"))
            // Certificates would lead to lists that nobody made.
            let doctor = try SymbolonTestSupport.run(
                BuiltProgram.path("symbolon"), ["doctor", "--home", folder.file("home")])
            #expect(doctor.status == 1 && doctor.out.contains("there are none"), "\(doctor.out)")
        }

        /// Asks until it is so, for as long as the ends' own tests wait for anything.
        private func eventually(_ isSo: () throws -> Bool) async throws {
            let end = ContinuousClock.now + .seconds(60)
            while try !isSo() {
                try #require(ContinuousClock.now < end)
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }
}
