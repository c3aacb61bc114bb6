import Foundation
import NIOCore
import SymbolonClients
import SymbolonKeys
import SymbolonTestSupport
import SymbolonTransport
import SymbolonWire
import Testing

@Suite("openssl s_server at the far end")
struct OpenSSLServerTests {
    @Test("a page of s_server, which asks for our certificate and checks it, is read to its end")
    func page() async throws {
        let folder = try TemporaryFolder()
        let pki = TestPKI.goodChain()
        func pem(_ label: String, _ ders: [[UInt8]]) -> [UInt8] {
            Array(ders.map { PEM.render(label: label, $0) }.joined().utf8)
        }
        try folder.write(pem("CERTIFICATE", pki.der), to: "chain.pem")
        try folder.write(pem("CERTIFICATE", [pki.rootDER]), to: "root.pem")
        try folder.write(
            pem("PRIVATE KEY", [unsafe pki.leaf.key.pkcs8().withUnsafeBytes { unsafe Array($0) }]), to: "key.pem")
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        // -attime: the certificates are those of noon.
        process.arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-cert", folder.file("chain.pem"), "-cert_chain",
            folder.file("chain.pem"), "-key", folder.file("key.pem"), "-CAfile", folder.file("root.pem"), "-Verify",
            "3", "-verify_return_error", "-attime", String(Int(noon.timeIntervalSince1970)), "-www", "-alpn",
            "http/1.1",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        let port = try #require(Self.port(saidIn: output))
        let client = try Asker().client(to: ServerAddress(host: "127.0.0.1", port: port))
        let answer = try await client.send(HTTPSRequest(.get, "/"))
        #expect(answer.status == 200)
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(text.contains("TLSv1.3"))
        #expect(text.hasSuffix("</html>\r\n\r\n") || text.contains("</pre></BODY></HTML>"), "\(text.suffix(60))")
        // The honest twin's twin: without a certificate s_server refuses, and says so.
        var asker = Asker()
        asker.isKnown = false
        let unknown = try asker.client(to: ServerAddress(host: "127.0.0.1", port: port))
        await #expect(throws: HTTPSFailure.tls(.peerAlert(.certificateRequired))) {
            try await unknown.send(HTTPSRequest(.get, "/"))
        }
    }

    /// `ACCEPT 127.0.0.1:PORT`
    private static func port(saidIn output: Pipe) -> Int? {
        var said = ""
        while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
            said += String(decoding: data, as: UTF8.self)
            guard let start = said.firstRange(of: "ACCEPT 127.0.0.1:")?.upperBound,
                let end = said[start...].firstIndex(of: "\n")
            else { continue }
            return Int(said[start..<end])
        }
        return nil
    }
}
