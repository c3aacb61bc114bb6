import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    @Suite("dehydrated") struct Dehydrated {
        private let scene: ACMEScene
        private let config: String

        init() async throws {
            scene = try await ACMEScene()
            let base = scene.folder.file("dehydrated")
            try FileManager.default.createDirectory(atPath: base + "/alpn", withIntermediateDirectories: true)
            let hook = try scene.script(
                "hook",
                """
                pid="\(base)/alpn.pid"
                case $1 in
                deploy_challenge) case $KIND in
                    dns-01) printf '%s\\n' "$4" >> "$RECORDS/_acme-challenge.$2" ;;
                    tls-alpn-01)
                        openssl s_server -accept "127.0.0.1:$TLS_PORT" -alpn acme-tls/1 -cert "\(base)/alpn/$2.crt.pem" \\
                            -key "\(base)/alpn/$2.key.pem" -quiet </dev/null >/dev/null 2>&1 &
                        echo $! > "$pid" ;;
                    esac ;;
                clean_challenge)
                    rm -f "$RECORDS/_acme-challenge.$2"
                    if [ -f "$pid" ]; then kill -KILL "$(cat "$pid")"; rm -f "$pid"; fi ;;
                esac
                """)
            config = try scene.folder.write(
                """
                CA="\(scene.directory)"
                BASEDIR="\(base)"
                WELLKNOWN="\(scene.webRoot)/.well-known/acme-challenge"
                ALPNCERTDIR="\(base)/alpn"
                HOOK="\(hook)"
                CURL_OPTS="--cacert \(scene.anchors)"
                KEY_ALGO=prime256v1
                CONTACT_EMAIL=
                """, to: "dehydrated.conf")
            try await scene.done("/usr/bin/dehydrated", ["-f", config, "--register", "--accept-terms"])
        }

        @Test("it orders, renews and revokes", arguments: ["http-01", "dns-01", "tls-alpn-01"])
        func life(kind: String) async throws {
            let web = try await scene.webServer()
            let name = "dehydrated.example.internal"
            let chain = scene.folder.file("dehydrated/certs/\(name)/fullchain.pem")
            let order = ["-f", config, "--cron", "--challenge", kind, "--domain", name]
            try await scene.done("/usr/bin/dehydrated", order, ["KIND": kind])
            try await scene.expectGood(chain, ["DNS:\(name)"])
            let first = try await scene.serial(chain)
            try await scene.done("/usr/bin/dehydrated", order + ["--force"], ["KIND": kind])
            #expect(try await scene.serial(chain) != first)
            // It renames the file that it was given.
            let (kept, given) = (scene.folder.file("kept.pem"), scene.folder.file("given.pem"))
            try await scene.done("/bin/cp", ["-L", chain, kept])
            try await scene.done("/bin/cp", [kept, given])
            try await scene.done("/usr/bin/dehydrated", ["-f", config, "--revoke", given])
            #expect(try await scene.isRevoked(kept))
            web.signal(SIGTERM)
        }
    }
}
