import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonClients
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("The authority's port, asked by curl")
struct ServedToCurlTests {
    @Test("who proves an identity is known by it, who proves none is told so", arguments: ["--http1.1", "--http2"])
    func proof(_ version: String) async throws {
        let served = try await ServedAuthority.start()
        let alice = try await served.person("alice", .viewer)
        let known = try await served.curl(
            alice, [version, "-w", "%{http_version} %{http_code}", "-o", "/dev/stderr"], "/api/v1/self")
        #expect(known.out == (version == "--http2" ? "2 200" : "1.1 200"))
        #expect(known.err == #"{"identity":"spiffe://example.internal/person/alice","role":"viewer"}"#)
        let unknown = try await served.curl(nil, [version, "-w", "%{http_code}", "-o", "/dev/null"], "/api/v1/self")
        #expect(unknown.out == "401")
        // Open to everybody.
        #expect(try await served.curl(nil, [version, "-f"], "/health").status == 0)
        #expect(try await served.curl(nil, [version, "-f"], "/api/v1/openapi.yaml").out.hasPrefix("openapi: 3.1.0"))
    }

    @Test("a certificate that is not believed ends the handshake, also where none is needed")
    func badCertificate() async throws {
        let served = try await ServedAuthority.start()
        let stranger = try await ServedAuthority.start().person("alice", .administrator)
        let refused = try await served.curl(stranger, [], "/health")
        #expect(refused.status != 0)
        #expect(refused.err.contains("unknown ca"), "\(refused.err)")
        // A service's certificate is no client's.
        let web = try await served.person("web", profile: .service)
        #expect(try await served.curl(web, [], "/health").status != 0)
        let workload = try await served.person("job", profile: .workload)
        #expect(try await served.curl(workload, ["-f"], "/health").status == 0)
    }

    @Test(
        "C12: a path in another spelling is no path, whoever asks",
        arguments: [
            "/api/v1//self", "/api/v1/./self", "/api/v1/x/../self", "/api/v1/self/", "//api/v1/self", "/api/v1/%73elf",
            "/API/v1/self", "/api/v1/self/more", "/api/v1/Self", "/api/v1/self%20", "/api/v2/self", "/metrics/",
            "/metrics/x",
        ])
    func spelling(_ path: String) async throws {
        let served = try await ServedAuthority.start()
        let root = try await served.person("root", .administrator)
        for person in [root, nil] {
            let code = try await served.curl(person, ["--path-as-is", "-w", "%{http_code}", "-o", "/dev/null"], path)
                .out
            #expect(["400", "404"].contains(code), "\(path): \(code)")
        }
        #expect(try await served.curl(root, ["-f"], "/api/v1/self").status == 0)
    }

    @Test("a body of another type is refused: a page of another origin can send no other in a browser's name")
    func contentType() async throws {
        let served = try await ServedAuthority.start()
        let root = try await served.person("root", .administrator)
        let bob = try await served.person("bob")
        let body = #"{"identity":"\#(bob.identity)","role":"viewer"}"#
        for (type, code) in [
            ("text/plain", "400"), ("application/x-www-form-urlencoded", "400"), ("application/json", "200"),
            ("Application/JSON; charset=utf-8", "200"),
        ] {
            let answer = try await served.curl(
                root,
                ["-X", "PUT", "-H", "Content-Type: \(type)", "-d", body, "-w", "%{http_code}", "-o", "/dev/null"],
                "/api/v1/operators")
            #expect(answer.out == code, "\(type)")
        }
    }

    @Test(
        "A15: JSON bombs are refused by their limits",
        arguments: [
            String(repeating: "[", count: 30_000), #"{"a":"# + String(repeating: "[", count: 100),
            "[" + String(repeating: "1,", count: 10_000) + "1]", #"{"identity":"a","identity":"b","role":"viewer"}"#,
            #"{"identity":"a","role":"viewer","more":1}"#, #"{"identity":1e999999,"role":"viewer"}"#, "\u{FEFF}{}", "{",
        ])
    func bombs(_ body: String) async throws {
        let served = try await ServedAuthority.start()
        let root = try await served.person("root", .administrator)
        let answer = try await served.client(root).send(
            .init(
                .put, "/api/v1/operators", fields: [.init("content-type", "application/json")], body: Array(body.utf8)))
        #expect(answer.status == 400)
        #expect(try JSONReader.parse(answer.body)["type"]?.string == "urn:symbolon:problem:malformed")
    }
}
