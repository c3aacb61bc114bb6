import Foundation
import SymbolonTestSupport
import Testing

extension ACMEClients {
    @Suite("uacme") struct Uacme {
        private let scene: ACMEScene
        private let hook: String

        init() async throws {
            scene = try await ACMEScene()
            hook = try scene.script(
                "hook",
                """
                method=$1 type=$2 name=$3 token=$4 answer=$5
                [ "$type" = "$KIND" ] || exit 1
                place="$HOME/alpn"
                case $name in *[!0-9.]*) form=DNS ;; *) form=IP ;; esac
                case $method in
                begin) case $type in
                    http-01) printf '%s' "$answer" > "$WEBROOT/.well-known/acme-challenge/$token" ;;
                    dns-01) printf '%s\\n' "$answer" >> "$RECORDS/_acme-challenge.$name" ;;
                    tls-alpn-01)
                        digest=$(printf '%s=' "$answer" | tr -- '-_' '+/' | openssl base64 -A -d | od -An -v -tx1 | tr -d ' \\n')
                        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=challenge \\
                            -addext "subjectAltName=$form:$name" -addext "1.3.6.1.5.5.7.1.31=critical,DER:0420$digest" \\
                            -keyout "$place.key" -out "$place.pem" 2>/dev/null
                        openssl s_server -accept "127.0.0.1:$TLS_PORT" -alpn acme-tls/1 -cert "$place.pem" \\
                            -key "$place.key" -quiet </dev/null >/dev/null 2>&1 &
                        echo $! > "$place.pid" ;;
                    esac ;;
                done | failed)
                    rm -f "$RECORDS/_acme-challenge.$name"
                    if [ -f "$place.pid" ]; then kill -KILL "$(cat "$place.pid")"; rm -f "$place.pid"; fi ;;
                esac
                """)
        }

        /// It trusts the system's authorities and cannot be told others: it sees ours in their place, and only it does.
        private func uacme(_ arguments: [String], kind: String = "") async throws {
            let mount = #"mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec uacme "$@""#
            // The superuser may mount as it is, and some containers give nobody a user namespace.
            let unshared = geteuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]
            try await scene.done(
                "/usr/bin/unshare",
                unshared + ["sh", "-c", mount, scene.anchors]
                    + ["-a", scene.directory, "-c", scene.folder.file("uacme")] + arguments, ["KIND": kind])
        }

        @Test("it registers, orders, renews and revokes", arguments: ["http-01", "dns-01", "tls-alpn-01"])
        func life(kind: String) async throws { try await life(kind, "uacme.example.internal") }

        /// By dns-01 no address is shown (RFC 8738 §5).
        @Test("the same for an address (RFC 8738)", arguments: ["http-01", "tls-alpn-01"])
        func address(kind: String) async throws { try await life(kind, "127.0.0.1") }

        private func life(_ kind: String, _ name: String) async throws {
            let web = try await scene.webServer()
            let chain = scene.folder.file("uacme/\(name)/cert.pem")
            try await uacme(["--yes", "new"])
            // A wildcard beside the name, where it can be proved.
            let names = kind == "dns-01" ? [name, "*.\(name)"] : [name]
            let order = ["--type", "EC", "--hook", hook, "--no-ocsp"]
            try await uacme(order + ["issue"] + names, kind: kind)
            try await scene.expectGood(chain, names.map { $0 == "127.0.0.1" ? "IP Address:\($0)" : "DNS:\($0)" })
            let first = try await scene.serial(chain)
            try await uacme(order + ["--force", "issue"] + names, kind: kind)
            #expect(try await scene.serial(chain) != first)
            try await uacme(["newkey"])
            // It renames the file that it was given.
            let (kept, given) = (scene.folder.file("kept.pem"), scene.folder.file("given.pem"))
            try await scene.done("/bin/cp", [chain, kept])
            try await scene.done("/bin/cp", [kept, given])
            try await uacme(["revoke", given])
            #expect(try await scene.isRevoked(kept))
            try await uacme(["deactivate"])
            web.signal(SIGTERM)
        }
    }
}
