import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Synchronization
import Testing

@testable import SymbolonHTTPServices

@Suite("RFC 6960 A.1, RFC 9919 §6: the responder over plain HTTP")
struct AnswerRouteTests {
    private func issue(_ house: PublicHouse, _ name: String = "laptop") async throws -> IssuedCertificate {
        try await house.authority.issue(
            IssuanceRequest(
                profile: .client, name: name, names: [], publicKey: SigningKey.make(.p256).publicKey, actor: "test"))
    }

    private func question(
        _ house: PublicHouse, _ issued: IssuedCertificate, nonce: StatusNonce? = nil
    ) throws -> StatusQuestion {
        try #require(StatusQuestion(about: issued.serialNumber, from: house.authority.issuing, nonce: nonce))
    }

    private func get(_ question: StatusQuestion) -> String {
        let text = Data(question.der).base64EncodedString()
        return "/" + text.replacing("+", with: "%2B").replacing("/", with: "%2f").replacing("=", with: "%3D")
    }

    private func post(_ question: [UInt8], type: String = "application/ocsp-request") throws -> [String] {
        let folder = try TemporaryFolder()
        try folder.write(String(decoding: [], as: UTF8.self), to: "empty")
        let path = folder.file("question.der")
        try Data(question).write(to: URL(filePath: path))
        kept.append(folder)
        return ["-X", "POST", "-H", "Content-Type: \(type)", "--data-binary", "@\(path)"]
    }

    private let kept = Kept()

    /// Folders that live as long as the test.
    private final class Kept: Sendable {
        private let folders = Mutex<[TemporaryFolder]>([])
        func append(_ folder: TemporaryFolder) { folders.withLock { $0.append(folder) } }
    }

    private func status(
        _ house: PublicHouse, _ issued: IssuedCertificate, _ bytes: [UInt8], to question: StatusQuestion
    ) throws -> RevocationStatus {
        RevocationSources(answers: [try StatusAnswer(der: bytes, to: question)]).status(
            of: issued.certificate, under: IssuerPath(authorities: [house.authority.issuing, house.authority.root]),
            at: house.clock.now)
    }

    @Test("by GET and by POST, with a nonce and without, what is asked is answered")
    func answered() async throws {
        let house = try await PublicHouse()
        let path = ResponderPath.path(of: house.authority.key)
        let issued = try await issue(house)
        for nonce in [nil, StatusNonce.make()] {
            let question = try question(house, issued, nonce: nonce)
            let plain = "/" + Data(question.der).base64EncodedString()
            for run in [
                try await house.curl(["-f"], path + get(question)), try await house.curl(["-f"], path + plain),
                try await house.curl(["-f"] + post(question.der), path),
            ] {
                guard case .good = try status(house, issued, run.outBytes, to: question) else {
                    Issue.record("not good: \(run.err)")
                    continue
                }
            }
        }
        _ = try await house.authority.revoke(issued.serialNumber, reason: .keyCompromise, actor: "test")
        try await house.responder.follow()
        let question = try question(house, issued)
        #expect(
            try await status(house, issued, house.curl(["-f"], path + get(question)).outBytes, to: question)
                == .revoked(.keyCompromise, since: house.clock.now))
    }

    @Test("RFC 9919 §7.2: what is kept says for how long, and what is made for one question is kept by nobody")
    func caching() async throws {
        let house = try await PublicHouse()
        let path = ResponderPath.path(of: house.authority.key)
        let issued = try await issue(house)
        let plain = try path + get(question(house, issued))
        let head = try await house.curl(["-f", "-D", "-", "-o", "/dev/null"], plain).out.lowercased()
        for field in [
            "http/1.1 200 ok", "content-type: application/ocsp-response",
            "cache-control: public, max-age=60, no-transform, must-revalidate",
            "last-modified: mon, 01 jun 2026 12:00:00 gmt", "expires: mon, 01 jun 2026 20:00:00 gmt",
            "date: mon, 01 jun 2026 12:00:00 gmt",
        ] { #expect(head.contains(field), "\(field) in \(head)") }
        let tag = try #require(head.firstMatch(of: /etag: (".*?")/)?.1)
        #expect(
            try await house.curl(["-H", "If-None-Match: \(tag)", "-w", "%{http_code} %{size_download}"], plain).out
                == "304 0")
        let nonce = try path + get(question(house, issued, nonce: .make()))
        let made = try await house.curl(["-f", "-D", "-", "-o", "/dev/null"], nonce).out.lowercased()
        #expect(made.contains("cache-control: no-store"))
        let page = house.registry.page()
        #expect(page.contains("symbolon_ocsp_answers_total{kind=\"kept\"} 2"), "\(page)")
        #expect(page.contains("symbolon_ocsp_answers_total{kind=\"made\"} 1"), "\(page)")
        #expect(!made.contains("etag"))
    }

    @Test("R04: what is no question is malformedRequest, and another issuer's certificates are unauthorized")
    func refused() async throws {
        let house = try await PublicHouse()
        let path = ResponderPath.path(of: house.authority.key)
        let issued = try await issue(house)
        func refusal(_ options: [String], _ path: String) async throws -> [UInt8] {
            try await house.curl(["-f"] + options, path).outBytes
        }
        #expect(try await refusal([], path + "/AAAA") == AnswerRefusal.malformedRequest.der)
        #expect(try await refusal([], path + "/%zz") == AnswerRefusal.malformedRequest.der)
        #expect(try await refusal([], path + "/") == AnswerRefusal.malformedRequest.der)
        #expect(try await refusal(post([1, 2, 3]), path) == AnswerRefusal.malformedRequest.der)
        let foreign = try #require(
            StatusQuestion(about: issued.serialNumber, from: house.authority.root, nonce: nil))
        #expect(try await refusal(post(foreign.der), path) == AnswerRefusal.unauthorized.der)
    }

    @Test("bodies, types, methods and paths are bounded, and the connection goes on where it can")
    func bounded() async throws {
        let house = try await PublicHouse()
        let path = ResponderPath.path(of: house.authority.key)
        let question = try await question(house, issue(house))
        #expect(try await house.code(path, post([UInt8](repeating: 0, count: 4096))) == "200")
        #expect(try await house.code(path, post([UInt8](repeating: 0, count: 4097))) == "413")
        #expect(try await house.code(path, post(question.der, type: "application/json")) == "415")
        #expect(try await house.code(path, post(question.der)) == "200")
        for method in ["PUT", "DELETE", "GET"] {
            #expect(try await house.code(path, ["-X", method]) == "405", "\(method)")
        }
        #expect(try await house.code(path + "x") == "404")
        #expect(try await house.code(path.replacing("/ocsp/", with: "/ocsp/00")) == "404")
        // Another issuer's place: the question says whose certificate it is about.
        let other = "/ocsp/" + String(repeating: "0", count: 20)
        #expect(try await house.code(other, post(question.der)) == "200")
        for wrong in [
            "/ocsp/", "/ocsp/" + String(repeating: "g", count: 20), "/ocsp/" + String(repeating: "A", count: 20),
        ] {
            #expect(try await house.code(wrong, post(question.der)) == "404", "\(wrong)")
        }
        // Two on one connection.
        let url = "http://127.0.0.1:\(house.port)\(path)\(get(question))"
        let twice = try await house.curl(
            ["-f", "-o", "/dev/null", url, "-o", "/dev/null", "-w", "%{num_connects} "], path + get(question))
        #expect(twice.out == "1 0 ")
    }

    @Test(
        "a date is written as HTTP wants it",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_780_315_199, "Mon, 01 Jun 2026 11:59:59 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ])
    func dates(_ seconds: Int, _ text: String) {
        #expect(HTTPDate.text(Date(timeIntervalSince1970: Double(seconds))) == text)
    }
}
