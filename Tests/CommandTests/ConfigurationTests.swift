import ArgumentParser
import Foundation
import SymbolonClients
import SymbolonVerification
import Testing

@testable import symbolon

@Suite("The configuration file: understood as a whole, or every fault named with its place")
struct ConfigurationTests {
    private func faults(_ yaml: String) -> [String] {
        do {
            _ = try RunConfiguration.parse(yaml: yaml, file: "s.yaml")
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    private static let good = """
        home: /var/lib/symbolon
        protect:
          - name: ledger
            listen: [0.0.0.0:8443, "[::]:8443"]
            to: 127.0.0.1:8080
            allow: [payments, person/*]
            policy: ledger.yaml
            handshake-deadline: 5
            tls: "1.2"
          - name: admin
            listen: 127.0.0.1:9443
            to: localhost:9090
            certificate: a.pem
            key: a.key
            anchors: roots.pem
            revocation: {best-effort: certificates live a day}
        reach:
          - name: store
            listen: 127.0.0.1:5432
            at: store.example:8443
            as: ledger
            expect: spiffe://example.internal/store
            policy: store.yaml
          - name: queue
            listen: 127.0.0.1:5672
        """

    @Test("where revocation is learned from: lists, answers, signers, and how often; the modes by name")
    func revocation() throws {
        let configuration = try RunConfiguration.parse(
            yaml: """
                revocation:
                  lists: [http://lists.example/a.crl, b.crl]
                  answers: c.ocsp
                  filters: [e.filter]
                  signers: [d.pem]
                  refresh: 30m
                reach:
                  - {name: a, listen: 'h:1', revocation: required}
                  - {name: b, listen: 'h:2', revocation: {required-unless-life-under: 24}}
                """, file: "s.yaml")
        let expected = RunConfiguration.RevocationPlaces(
            lists: [try RevocationPlace("http://lists.example/a.crl"), .file("b.crl")], answers: [.file("c.ocsp")],
            filters: [.file("e.filter")], signers: ["d.pem"], refresh: .seconds(1800))
        #expect(configuration.revocation == expected)
        #expect(
            configuration.doors.map(\.options.revocation) == [.required, .requiredUnlessLife(underHours: 24)])
        let whole = configuration.relative(to: URL(fileURLWithPath: "/etc/s", isDirectory: true))
        #expect(whole.revocation.lists == [expected.lists[0], .file("/etc/s/b.crl")])
        #expect(whole.revocation.filters == [.file("/etc/s/e.filter")])
        #expect(whole.revocation.signers == ["/etc/s/d.pem"])
    }

    @Test("how the process begins and ends; without a word of it, as ever")
    func process() throws {
        let door = "reach: [{name: a, listen: 'h:1'}]"
        let given = try RunConfiguration.parse(
            yaml: "drain-time: 90s\nuser: symbolon\nconfine: true\n\(door)", file: "s.yaml")
        #expect(given.drainTime == .seconds(90))
        #expect(given.confinement == Confinement(user: "symbolon", restricts: true))
        let silent = try RunConfiguration.parse(yaml: door, file: "s.yaml")
        #expect(silent.drainTime == nil && silent.confinement == Confinement() && !silent.confinement.isWanted)
        #expect(
            faults("drain-time: soon\nconfine: perhaps\nuser: [a]\n\(door)").map { $0.prefix(9) }
                == ["s.yaml:1:", "s.yaml:2:", "s.yaml:3:"])
    }

    @Test("T28: a hybrid key exchange is demanded by its own word, and goes with no TLS 1.2")
    func hybrid() throws {
        let yaml = "reach:\n  - {name: a, listen: '127.0.0.1:1', tls: '1.3-hybrid'}"
        let options = try #require(RunConfiguration.parse(yaml: yaml, file: "s.yaml").doors.first?.options)
        #expect(options.demandsHybrid && !options.allowsTLS12)
        let words = ["web", "--listen", "127.0.0.1:1", "--tls-1.3-hybrid"]
        #expect(throws: Never.self) { _ = try Reach.parse(words) }
        #expect(throws: (any Error).self) { _ = try Reach.parse(words + ["--tls-1.2"]) }
    }

    @Test("a good file gives every value")
    func good() throws {
        let configuration = try RunConfiguration.parse(yaml: Self.good, file: "s.yaml")
        var expected = RunConfiguration(home: "/var/lib/symbolon")
        expected.protected = [
            .init(
                name: "ledger", listen: [try HostAndPort("0.0.0.0:8443"), try HostAndPort("[::]:8443")],
                backend: try HostAndPort("127.0.0.1:8080"), allow: ["payments", "person/*"],
                policy: .file("ledger.yaml"),
                identity: .home(name: nil), options: .init(handshakeDeadline: 5, allowsTLS12: true)),
            .init(
                name: "admin", listen: [try HostAndPort("127.0.0.1:9443")], backend: try HostAndPort("localhost:9090"),
                allow: [], identity: .files(certificate: "a.pem", key: "a.key", anchors: "roots.pem"),
                options: .init(revocation: .bestEffort(because: "certificates live a day"))),
        ]
        expected.doors = [
            .init(
                name: "store", listen: try HostAndPort("127.0.0.1:5432"), at: try HostAndPort("store.example:8443"),
                expect: "spiffe://example.internal/store", policy: .file("store.yaml"), identity: .home(name: "ledger")),
            .init(
                name: "queue", listen: try HostAndPort("127.0.0.1:5672"), at: nil, expect: nil,
                identity: .home(name: nil)),
        ]
        #expect(configuration == expected)
    }

    @Test("the authority's policy is named by its word, and a file of that name with its folder")
    func policies() throws {
        let configuration = try RunConfiguration.parse(
            yaml: """
                protect:
                  - {name: a, listen: 'h:1', to: 'h:9', policy: authority}
                  - {name: b, listen: 'h:2', to: 'h:9', policy: ./authority}
                reach:
                  - {name: a, listen: 'h:3', policy: authority}
                """, file: "s.yaml"
        ).relative(to: URL(fileURLWithPath: "/etc/s", isDirectory: true))
        #expect(configuration.protected.map(\.policy) == [.authority, .file("/etc/s/authority")])
        #expect(configuration.doors.map(\.policy) == [.authority])
    }

    @Test("every fault is told at once, in the order of the file")
    func allAtOnce() {
        let yaml = """
            hom: /x
            protect:
              - name: web
                listen: 8443
                to: 127.0.0.1:99999
                allow: []
                color: red
              - listen: 127.0.0.1:1
                to: 127.0.0.1:2
                handshake-deadline: 0
                tls: 1.1
            reach:
              - name: web
                listen: 127.0.0.1:5000
                as: a
                key: b
              - just text
            """
        let found = faults(yaml)
        let places = found.map { $0.split(separator: ":").dropFirst().prefix(2).joined(separator: ":") }
        #expect(places == ["1:1", "4:13", "5:9", "7:5", "8:5", "10:25", "11:10", "15:9", "17:5"], "\(found)")
        #expect(found.allSatisfy { $0.hasPrefix("s.yaml:") })
    }

    @Test(
        "each fault says what it is about",
        arguments: [
            ("", "s.yaml:1:1: the file is empty; it needs a list under `protect:` or `reach:`"),
            ("home: /x", "s.yaml:1:1: nothing to serve: it needs a list under `protect:` or `reach:`"),
            ("protect: []", "s.yaml:1:1: nothing to serve: it needs a list under `protect:` or `reach:`"),
            (
                "- a",
                "s.yaml:1:1: the configuration: expected `key: value` lines (home, metrics, traces, revocation, drain-time, user, confine, protect, reach)"
            ),
            (
                "serve: []",
                "s.yaml:1:1: the configuration: \"serve\" is not known here; known are home, metrics, traces, revocation, drain-time, user, confine, protect, reach"
            ),
            ("protect: web", "s.yaml:1:10: protect: expected a list (lines that begin with `- name: …`)"),
            ("protect:\n  - name: ''", "s.yaml:2:11: protect[0].name: expected a text"),
            (
                "reach:\n  - name: a\n    listen: here",
                "s.yaml:3:13: reach[0].listen: \"here\" is not an address: it has no port; write HOST:PORT"
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1', key: k}",
                "s.yaml:2:5: reach[0]: certificate, anchors missing; certificate, key and anchors go together"
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1'}\n  - {name: a, listen: 'h:2'}",
                "s.yaml:3:12: reach[1].name: \"a\" is already reach[0]"
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1', handshake-deadline: 121}",
                "s.yaml:2:50: reach[0].handshake-deadline: whole seconds from 1 to 120"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'h:2', proxy-protocol: v1}",
                "s.yaml:2:57: protect[0].proxy-protocol: the version of the PROXY protocol's header that the service expects: v2, or none"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'h:2', http: h2}",
                "s.yaml:2:47: protect[0].http: what the service behind speaks: auto, http/1.1, or h2c (HTTP/2 without TLS, as gRPC does)"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'h:2', http: {requests: 0}}",
                "s.yaml:2:58: protect[0].http.requests: a whole number from 1 to 1000000"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'h:2', http: {hosts: ['a:1']}}",
                "s.yaml:2:56: protect[0].http.hosts: a host name or an address, without a port"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'h:2', http: h2c, backend-name: b}",
                "s.yaml:2:34: protect[0]: h2c has no TLS; inside TLS HTTP/2 is spoken wherever the service can"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'https://h:2'}",
                "s.yaml:2:34: protect[0]: an http or https address is for a service whose requests are read"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'h:2', http: auto, backend-anchors: f}",
                "s.yaml:2:34: protect[0]: whom to believe is for a service behind TLS: write https://h:2, or name it"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'http://h:2', http: auto, backend-name: b}",
                "s.yaml:2:34: protect[0]: http:// is in the clear, and proves nothing: write https://h:2"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'https://h/a', http: auto}",
                "s.yaml:2:34: protect[0].to: \"https://h/a\" is not an address: it has more than a host and a port; requests bring their own paths"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'https://h', http: auto, backend-identity: some}",
                "s.yaml:2:77: protect[0].backend-identity: own, or none"
            ),
            (
                "protect:\n  - {name: a, listen: 'h:1', to: 'h:2', http: h2c, proxy-protocol: v2}",
                "s.yaml:2:68: protect[0]: the PROXY protocol is for streams; an http service says in each request who is there"
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1', tls: '1.0'}",
                "s.yaml:2:35: reach[0].tls: the least that is spoken, \"1.3\" (the default), \"1.3-hybrid\" (with a hybrid key exchange alone) or \"1.2\""
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1', \"x\\e[2J\": 1}",
                "s.yaml:2:30: reach[0]: \"x\\u{1b}[2J\" is not known here; known are name, listen, at, as, expect, policy, certificate, key, anchors, revocation, handshake-deadline, tls"
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1', revocation: {best-effort: ' '}}",
                "s.yaml:2:42: reach[0].revocation: best-effort wants the reason, in words, why that is enough"
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1', revocation: off}",
                "s.yaml:2:42: reach[0].revocation: it is one of required, required-unless-life-under:HOURS or best-effort:REASON"
            ),
            (
                "reach:\n  - {name: a, listen: 'h:1', revocation: {required-unless-life-under: 0}}",
                "s.yaml:2:42: reach[0].revocation: required-unless-life-under wants whole hours, 1 to 8766"
            ),
            (
                "metrics: everywhere",
                "s.yaml:1:10: metrics: \"everywhere\" is not an address: it has no port; write HOST:PORT"
            ),
            (
                "traces: collector:4318",
                "s.yaml:1:9: traces: \"collector:4318\": an address to fetch from begins with http:// or https://"
            ),
            ("traces: {sample: 0.5}", "s.yaml:1:9: traces.to is missing"),
            ("traces: {to: 'http://h:4318', sample: 1.5}", "s.yaml:1:39: traces.sample: a number from 0 to 1"),
            (
                "traces: {to: 'http://h:4318', anchors: a.pem}",
                "s.yaml:1:40: traces.anchors: anchors are for a collector behind https; http://h:4318/v1/traces proves nothing"
            ),
            (
                "traces: {to: 'http://h:4318', secret: x}",
                "s.yaml:1:31: traces: \"secret\" is not known here; known are to, sample, anchors"
            ),
            (
                "revocation: {refresh: 1h}",
                "s.yaml:1:13: revocation: it needs a place under `lists:`, `answers:` or `filters:`"
            ),
            (
                "revocation: {lists: ['ftp://h/a'], refresh: soon}",
                "s.yaml:1:21: revocation.lists: ftp://h/a: an address to fetch from begins with http:// or https://"
            ),
            (
                "revocation: {lists: [a.crl], refresh: soon}",
                "s.yaml:1:39: revocation.refresh: a span such as 30m, 1h or 1d"
            ),
        ])
    func oneFault(_ yaml: String, _ fault: String) {
        #expect(faults(yaml).contains(fault), "\(faults(yaml))")
    }

    @Test(
        "a key that stands twice is refused, wherever it is",
        arguments: ["home: a\nhome: b", "reach:\n  - {name: a, name: b}"])
    func repeatedKey(_ yaml: String) {
        #expect(faults(yaml).contains { $0.contains("stands here twice") }, "\(faults(yaml))")
    }

    @Test(
        "what is no YAML is told with its place",
        arguments: ["protect: [", "a: b: c", "\tx: 1", "reach:\n  - name: 'a"])
    func notYAML(_ yaml: String) throws {
        let found = faults(yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains(": not YAML: ") ?? false, "\(found)")
    }
}
