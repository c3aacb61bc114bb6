import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    /// PyJWT makes the tokens and the proofs, and Python's own TLS carries them.
    @Suite("A client of another's making acts for a person, by tokens and proofs that PyJWT made")
    struct ActingPersons {
        /// `keys` makes an issuer; `ask` asks with its tokens, and prints a line for each answer.
        private static let script = """
            import base64, hashlib, http.client, json, jwt, socket, ssl, sys, time, uuid
            from cryptography import x509
            from cryptography.hazmat.primitives import serialization
            from cryptography.hazmat.primitives.asymmetric import ec, rsa
            def text(octets): return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
            def public(key): return json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
            def thumbprint(jwk):
                wanted = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
                return text(hashlib.sha256(json.dumps(wanted, separators=(",", ":"), sort_keys=True).encode()).digest())
            folder, host = sys.argv[2], "web.example.internal"
            if sys.argv[1] == "keys":
                key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
                with open(folder + "/issuer.pem", "wb") as file:
                    file.write(key.private_bytes(serialization.Encoding.PEM,
                        serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
                jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
                with open(folder + "/idp.json", "w") as file:
                    json.dump({"keys": [dict(jwk, kid="one", use="sig", alg="PS256")]}, file)
                sys.exit()
            port, chain, key, anchors = int(sys.argv[3]), *sys.argv[4:7]
            context = ssl.create_default_context(cafile=anchors)
            context.load_cert_chain(chain, key)
            with open(chain, "rb") as file:
                leaf = x509.load_pem_x509_certificate(file.read())
            with open(folder + "/issuer.pem", "rb") as file:
                issuer = serialization.load_pem_private_key(file.read(), None)
            certificate = text(hashlib.sha256(leaf.public_bytes(serialization.Encoding.DER)).digest())
            def token(person, cnf):
                now = int(time.time())
                return jwt.encode({"iss": "https://idp.example", "aud": "https://api.example", "sub": person,
                    "client_id": "till", "iat": now, "exp": now + 300, "jti": str(uuid.uuid4()), "cnf": cnf},
                    issuer, algorithm="PS256", headers={"typ": "at+jwt", "kid": "one"})
            def ask(name, fields, path="/"):
                link = http.client.HTTPSConnection(host, port, context=context, timeout=60)
                link._create_connection = lambda place, *rest: socket.create_connection(("127.0.0.1", place[1]))
                link.request("GET", path, headers=fields)
                answer = link.getresponse()
                answer.read()
                said = answer.getheader("www-authenticate", "")
                error = said.split('error="')[1].split('"')[0] if 'error="' in said else "-"
                print(name, answer.status, error, flush=True)
                link.close()
                return answer.getheader("dpop-nonce")
            bound = {"x5t#S256": certificate}
            ask("bob", {"Authorization": "Bearer " + token("bob", bound)})
            ask("carol", {"Authorization": "Bearer " + token("carol", bound)})
            ask("copied", {"Authorization": "Bearer " + token("bob", {"x5t#S256": text(bytes(32))})})
            ask("unbound", {"Authorization": "Bearer " + token("bob", {"kid": "x"})})
            holder = ec.generate_private_key(ec.SECP256R1())
            held = token("bob", {"jkt": thumbprint(public(holder))})
            def proof(nonce, method="GET", identifier=None):
                claims = {"htm": method, "htu": "https://%s:%d/" % (host, port), "iat": int(time.time()),
                    "jti": identifier or str(uuid.uuid4()), "ath": text(hashlib.sha256(held.encode()).digest())}
                if nonce: claims["nonce"] = nonce
                return jwt.encode(claims, holder, algorithm="ES256", headers={"typ": "dpop+jwt", "jwk": public(holder)})
            def dpop(made): return {"Authorization": "DPoP " + held, "DPoP": made}
            nonce = ask("first", dpop(proof(None)))
            made = proof(nonce)
            ask("proved", dpop(made))
            ask("replayed", dpop(made))
            ask("method", dpop(proof(nonce, method="POST")))
            ask("bearer", {"Authorization": "Bearer " + held})
            ask("own", {})
            """

        @Test("Z06, Z07: who may with the person gets the page; copied, unbound, replayed and misdirected get none")
        func pyjwt() async throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            let laptop = try machine.export("laptop", to: "laptop")
            let folder = machine.folder.path
            let made = try SymbolonTestSupport.run(try Tools.python, ["-c", Self.script, "keys", folder])
            try #require(made.status == 0, "\(made.err)")
            let service = try await HTTPService()
            try machine.folder.write(
                """
                rules:
                  - allow: the laptop asks
                    from: laptop
                    method: GET
                    path: /**
                  - allow: bob reads
                    from: person/bob
                    path: /**
                """, to: "policy.yaml")
            let file = try machine.folder.write(
                """
                home: home
                protect:
                  - name: web
                    listen: 127.0.0.1:0
                    to: 127.0.0.1:\(service.port)
                    policy: policy.yaml
                    http:
                      backend: http/1.1
                      tokens:
                        - {issuer: "https://idp.example", audience: "https://api.example", keys: idp.json}
                """, to: "symbolon.yaml")
            let protect = try Ends(["run", "--config", file])
            let port = try await protect.listening()
            let asked = try await Socket.waiting {
                try SymbolonTestSupport.run(
                    try Tools.python,
                    ["-c", Self.script, "ask", folder, "\(port)", laptop.chain, laptop.key, laptop.anchors])
            }
            #expect(asked.status == 0, "\(asked.err)")
            #expect(
                asked.out.split(separator: "\n").map(String.init) == [
                    "bob 200 -", "carol 403 -", "copied 401 invalid_token", "unbound 401 invalid_token",
                    "first 401 use_dpop_nonce", "proved 200 -", "replayed 401 invalid_token",
                    "method 401 invalid_token",
                    "bearer 401 invalid_token", "own 200 -",
                ])
            #expect(service.requests.count == 3)
            let line = try await protect.event("request") { $0["actingFor"] == "spiffe://example.internal/person/bob" }
            #expect(line["peer"] == "spiffe://example.internal/laptop" && line["personRule"] == "bob reads")
            #expect(line["rule"] == "the laptop asks" && line["tokenIssuer"] == "https://idp.example")

            // What the connection was refused, and for whom it asked, is remembered.
            let refused = try await protect.event("requestRefused") { $0["reason"] == "policy" }
            let id = try #require(refused.number("id"))
            let why = try machine.done("why", "protect/web/\(id)")
            #expect(why.contains("spiffe://example.internal/person/carol, by a token of https://idp.example"))

            // A key that is taken away signs nothing any more.
            try machine.folder.write("{}", to: "idp.json")
            try await protect.event("warning") { $0["what"]?.contains("are not taken up") == true }
            let again = try SymbolonTestSupport.run(try Tools.python, ["-c", Self.script, "keys", folder])
            #expect(again.status == 0)
            try await protect.event("issuerKeys") { $0["issuer"] == "https://idp.example" }
            _ = try await protect.stop()
        }
    }
}
