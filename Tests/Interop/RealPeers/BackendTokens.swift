import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    /// PyJWT, as a service behind an end would use it: it believes what is signed, and nothing else.
    @Suite("A service of another's making believes the token of an HTTP end, across a change of its key")
    struct BackendTokens {
        /// `/` answers with what the token says; `/other` wants it for somebody else, `/spoilt` with a letter changed.
        private static let script = """
            import base64, hashlib, http.server, json, jwt, sys
            class Service(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def claims(self):
                    token = self.headers["Symbolon-Jwt-Assertion"]
                    if self.path == "/spoilt":
                        head, claims, signature = token.split(".")
                        token = ".".join([head, claims, ("B" if signature[0] == "A" else "A") + signature[1:]])
                    with open(sys.argv[1]) as file:
                        keys = jwt.PyJWKSet.from_json(file.read())
                    key = keys[jwt.get_unverified_header(token)["kid"]]
                    claims = jwt.decode(
                        token, key, algorithms=["ES256"], issuer="spiffe://example.internal/web",
                        audience="https://other.example" if self.path == "/other" else "https://api.example",
                        options={"require": ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"]}, leeway=2)
                    leaf = base64.b64decode(self.headers["Client-Cert"].strip(":"))
                    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(leaf).digest()).rstrip(b"=").decode()
                    assert claims["cnf"] == {"x5t#S256": thumbprint}, "another certificate"
                    return dict(claims, kid=key.key_id, keys=len(keys.keys))
                def do_GET(self):
                    try:
                        status, body = 200, json.dumps(self.claims()).encode()
                    except Exception as error:
                        status, body = 401, type(error).__name__.encode()
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, form, *values): pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
            print("port", server.server_port, flush=True)
            server.serve_forever()
            """

        private struct Claims: Decodable {
            let sub: String
            let rule: String
            let kid: String
            let keys: Int
            let iat: Int
            let exp: Int
        }

        @Test("T12: PyJWT takes the token of each request by the published keys, before and after the key is replaced")
        func pyjwt() async throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let laptop = try machine.export("laptop", to: "laptop")
            let keys = machine.folder.file("keys.json")
            let service = try RunningProgram([try Tools.python, "-c", Self.script, keys])
            let backend = try #require(
                await service.lines.first(after: 0, within: Ends.patience) { line in
                    line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
                }, "\(service.complaints.text)")
            let protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(backend)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--http", "--http-token", "https://api.example", "--http-token-keys", keys)
            let port = try await protect.listening()

            func ask(_ path: String, _ options: String...) async throws -> String {
                let arguments =
                    [
                        "-sS", "--max-time", "60", "--resolve", "web.example.internal:\(port):127.0.0.1", "--cacert",
                        laptop.anchors, "--cert", laptop.chain, "--key", laptop.key,
                    ] + options + ["https://web.example.internal:\(port)\(path)"]
                let run = try await Socket.waiting { try SymbolonTestSupport.run("/usr/bin/curl", arguments) }
                #expect(run.status == 0, "\(run.err)")
                return run.out
            }
            func claims(_ answer: String) throws -> Claims {
                try JSONDecoder().decode(Claims.self, from: Data(answer.utf8))
            }

            let before = try claims(try await ask("/", "-H", "Symbolon-Jwt-Assertion: forged"))
            #expect(
                before.sub == "spiffe://example.internal/laptop" && before.rule == "spiffe://example.internal/laptop")
            #expect(before.exp - before.iat == 60 && before.keys == 1)
            #expect(try await ask("/other") == "InvalidAudienceError")
            #expect(try await ask("/spoilt") == "InvalidSignatureError")

            try machine.done("identity", "renew", "web")
            try await protect.event("identity") { ["renewed", "replaced"].contains($0["change"] ?? "") }
            let trusted = try await protect.event("trustReplaced")
            #expect(trusted["service"] == "web")
            let after = try claims(try await ask("/"))
            #expect(after.kid != before.kid && after.keys == 2)
            #expect(try await protect.stop().number("backendBytesBeforeProof") == 0)
        }
    }
}
