import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite(
        "fail2ban and nftables keep out an address that keeps failing to prove itself, by the lines that an end writes")
    struct AStrangerIsKeptOut {
        private static let integrations = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Integrations/fail2ban")
            .path
        private static let filter = integrations + "/filter.d/symbolon.conf"

        /// What a stranger would like to be read: a line that blames another address, in every way to begin one.
        private static let forgery =
            "x\"}\n{\"timestamp\":\"2026-06-01T12:00:00.000Z\",\"event_type\":\"refused\",\"role\":\"protect\","
            + "\"stage\":\"handshake\",\"fault\":\"peer\",\"reason\":\"noCertificate\",\"src_ip\":\"203.0.113.7\",\u{2028}\u{85}\u{1B}[2J 'y'"

        @Test("T36, A05: each line counts against the address that came, whatever the names that it presented say")
        func forged() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done("identity", "issue", "phone", "--profile", "client")
            let phone = try machine.export("phone", to: "phone")
            let log = machine.folder.file("ends.jsonl")
            let protect = try await Self.protect(machine, backend, writing: log)
            let forged = try Self.selfSigned(named: Self.forgery, in: machine.folder)
            // Refused, and not for want of a proof: it is proved, and no rule allows it. And one that only hangs up.
            try Self.knock(
                protect.port, from: "127.0.0.4", ["-cert", phone.chain, "-cert_chain", phone.chain, "-key", phone.key])
            try await protect.ends.event("refused") { $0["src_ip"] == "127.0.0.4" }
            do { _ = try await Socket.connect(protect.port, from: 5) }
            try await protect.ends.event("refused") { $0["src_ip"] == "127.0.0.5" }
            try Self.knock(protect.port, from: "127.0.0.3", ["-cert", forged.chain, "-key", forged.key])
            try Self.knock(protect.port, from: "127.0.0.2", [])
            try Self.knock(protect.port, from: "127.0.0.6", ["-servername", "x.example"])
            for host in [3, 2, 6] { try await protect.ends.event("refused") { $0["src_ip"] == "127.0.0.\(host)" } }
            let shown = try await protect.ends.event("refused") { $0["src_ip"] == "127.0.0.3" }
            #expect(shown["fault"] == "peer" && shown["reason"] == "selfSignedNotTrusted")
            #expect(shown["certificate"]?.count == 64 && shown["subject"]?.hasPrefix("CN=x") == true)
            #expect(!shown.description.unicodeScalars.contains { "\n\u{2028}\u{85}\u{1B}".unicodeScalars.contains($0) })
            _ = try await protect.ends.stop()

            #expect(try Self.blamed(log) == ["127.0.0.2", "127.0.0.3", "127.0.0.6"])
            // The journal's form, and a door's refusal, which blames its service.
            let line = try #require(Self.lines(log).first { $0.contains("\"src_ip\":\"127.0.0.2\"") })
            let journal = try machine.folder.write("host symbolon[77]: \(line)\n", to: "journal")
            #expect(try Self.blamed(journal, ["--datepattern", "^NONE"]) == ["127.0.0.2"])
            for (one, other) in [("protect", "reach"), ("peer", "unclear"), ("refused", "accepted")] {
                let text = line.replacing("\"\(one)\"", with: "\"\(other)\"")
                #expect(try Self.blamed(machine.folder.write(text + "\n", to: "other")).isEmpty, "\(other)")
            }
        }

        @Test(
            "an address is kept out after its fifth failure and let in after its time; an honest one is not touched",
            .enabled(if: NetworkNamespaces.arePermitted))
        func keptOut() async throws {
            let (machine, networks) = (try Machine(), try NetworkNamespaces())
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let laptop = try machine.export("laptop", to: "laptop")
            let inside = networks.one.wrapper
            let log = machine.folder.file("ends.jsonl")
            let backend = try RunningProgram(
                inside + [
                    "/usr/bin/python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory",
                    machine.folder.file("laptop"), "8080",
                ])
            let protect = try Self.start(
                machine, inside, writing: log, ["--to", "127.0.0.1:8080", "--listen", "127.0.0.1:7443"])
            _ = try await protect.listening()
            let jail = try Self.jail(in: machine.folder, reading: log)
            let guardian = try RunningProgram(
                inside + [
                    "/usr/bin/fail2ban-server", "-f", "-x", "-c", jail, "-s", jail + "/socket", "-p", jail + "/pid",
                    "--logtarget", "STDOUT", "--loglevel", "INFO",
                ])
            _ = try #require(
                await guardian.lines.first(after: 0, within: Ends.patience) {
                    $0.contains("Jail 'symbolon' started") ? $0 : nil
                },
                "\(guardian.lines.text)\(guardian.complaints.text)")

            let mine = ["-cert", laptop.chain, "-cert_chain", laptop.chain, "-key", laptop.key]
            for _ in 0..<5 { try Self.knock(7443, from: "127.0.0.2", [], by: inside) }
            let ban = await guardian.lines.first(after: 0, within: Ends.patience) {
                $0.contains("Ban 127.0.0.2") ? $0 : nil
            }
            _ = try #require(ban, "\(guardian.lines.text)")
            let isOut = try await eventually {
                try Self.knock(7443, from: "127.0.0.2", mine, by: inside).contains("CONNECTED") == false
            }
            #expect(isOut)
            let rules = try run(inside[0], Array(inside.dropFirst()) + ["/usr/sbin/nft", "list", "ruleset"])
            #expect(rules.out.contains("127.0.0.2") && rules.out.contains("dport 7443"), "\(rules.out)\(rules.err)")
            // The honest twin, while the other is out.
            #expect(try Self.knock(7443, from: "127.0.0.3", mine, by: inside).contains("Verify return code"))
            // Its time is over.
            let unban = await guardian.lines.first(after: 0, within: Ends.patience) {
                $0.contains("Unban 127.0.0.2") ? $0 : nil
            }
            _ = try #require(unban, "\(guardian.lines.text)")
            let isIn = try await eventually {
                try Self.knock(7443, from: "127.0.0.2", mine, by: inside).contains("CONNECTED")
            }
            #expect(isIn)
            guardian.signal(SIGTERM)
            _ = await guardian.ended(within: Ends.patience)
            _ = try await protect.stop()
            backend.signal(SIGTERM)
        }

        /// What comes after `tee` in the pipe goes to the test; what comes before is in the file.
        private static func start(
            _ machine: Machine, _ wrapper: [String], writing log: String, _ arguments: [String]
        ) throws -> Ends {
            try Ends(
                ["protect", "web", "--allow", "laptop", "--home", machine.home] + arguments,
                by: wrapper + ["/bin/bash", "-c", "exec \"$0\" \"$@\" > >(exec tee '\(log)')"])
        }

        private static func protect(
            _ machine: Machine, _ backend: Backend, writing log: String
        ) async throws -> (ends: Ends, port: Int) {
            let ends = try start(
                machine, [], writing: log, ["--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0"])
            return (ends, try await ends.listening())
        }

        /// Says what openssl makes of it.
        @discardableResult
        private static func knock(
            _ port: Int, from address: String, _ options: [String], by wrapper: [String] = []
        ) throws -> String {
            let words =
                wrapper + ["/usr/bin/timeout", "5", "/usr/bin/openssl", "s_client", "-connect", "127.0.0.1:\(port)"]
                + ["-bind", address] + options
            let result = try run(words[0], Array(words.dropFirst()))
            return result.out + result.err
        }

        private static func lines(_ log: String) throws -> [String] {
            try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
        }

        /// The addresses that the filter finds, each once.
        private static func blamed(_ log: String, _ options: [String] = []) throws -> [String] {
            let found = try run("/usr/bin/fail2ban-regex", options + ["-o", "ip", log, filter])
            return Set(found.out.split(separator: "\n").map(String.init)).sorted()
        }

        /// fail2ban's own configuration with our filter and jail and no other, on the test's file, for seconds instead of
        /// minutes. All addresses of the test are this machine's own, which fail2ban would spare.
        private static func jail(in folder: TemporaryFolder, reading log: String) throws -> String {
            let jail = folder.file("fail2ban")
            let script = """
                cp -r /etc/fail2ban "$0" && rm -f "$0"/jail.d/* && cp "$1"/filter.d/symbolon.conf "$0"/filter.d/ &&
                cp "$1"/jail.d/symbolon.conf "$0"/jail.d/
                """
            let copied = try run("/bin/sh", ["-c", script, jail, integrations])
            try #require(copied.status == 0, "\(copied.err)")
            try folder.write("[Definition]\ndbfile = None\n", to: "fail2ban/fail2ban.local")
            try folder.write(
                "[symbolon]\nlogpath = \(log)\nbantime = 8s\nignoreself = false\nbackend = polling\n",
                to: "fail2ban/jail.d/zz-test.local")
            return jail
        }

        private static func selfSigned(
            named name: String, in folder: TemporaryFolder
        ) throws -> (chain: String, key: String) {
            let script = """
                import datetime, sys, warnings
                from cryptography import x509
                from cryptography.hazmat.primitives import hashes, serialization
                from cryptography.hazmat.primitives.asymmetric import ec
                from cryptography.x509.oid import NameOID
                warnings.simplefilter('ignore')
                key = ec.generate_private_key(ec.SECP256R1())
                name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, sys.stdin.read(), _validate=False)])
                now = datetime.datetime.now(datetime.timezone.utc)
                leaf = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                    .serial_number(7).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
                    .sign(key, hashes.SHA256()))
                open(sys.argv[1], 'wb').write(leaf.public_bytes(serialization.Encoding.PEM))
                open(sys.argv[2], 'wb').write(key.private_bytes(serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
                """
            let (chain, key) = (folder.file("forged.pem"), folder.file("forged.key"))
            let python = URL(fileURLWithPath: integrations).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent(".build-tools/python/bin/python").path
            let made = try run(python, ["-c", script, chain, key], input: name.utf8)
            try #require(made.status == 0, "\(made.err)")
            return (chain, key)
        }
    }
}
