import Foundation
import SymbolonTestSupport

/// Other people's programs. A machine that lacks one fails the tests that need it: skipped agreement is no agreement.
enum Tools {
    static var openssl: String { get throws { try installed("openssl") } }
    static var compiler: String { get throws { try installed("cc") } }
    static var java: String { get throws { try installed("java") } }
    static var javaCompiler: String { get throws { try installed("javac") } }
    static var ocsptool: String { get throws { try installed("ocsptool") } }
    static var certtool: String { get throws { try installed("certtool") } }
    static var redisServer: String { get throws { try installed("redis-check-rdb") } }
    static var redisClient: String { get throws { try installed("redis-cli") } }
    static var redisBenchmark: String { get throws { try installed("redis-benchmark") } }
    static var pgbench: String { get throws { try installed("pgbench") } }
    static var ssh: String { get throws { try installed("ssh") } }
    static var scp: String { get throws { try installed("scp") } }
    static var sshKeygen: String { get throws { try installed("ssh-keygen") } }
    static var dropbearKey: String { get throws { try installed("dropbearkey") } }
    static var curl: String { get throws { try installed("curl") } }
    static var nghttp: String { get throws { try installed("nghttp") } }
    static var h2load: String { get throws { try installed("h2load") } }
    static var testssl: String { get throws { try installed("testssl") } }
    static var python: String { get throws { try ofPython("python") } }
    static var pkilint: String { get throws { try ofPython("lint_pkix_cert") } }
    static var listLint: String { get throws { try ofPython("lint_crl") } }
    static var answerLint: String { get throws { try ofPython("lint_ocsp_response") } }

    private static func installed(_ name: String) throws -> String {
        try existing("/usr/bin/\(name)")
    }

    /// Where `Scripts/install-missing` puts what comes from PyPI.
    private static func ofPython(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try existing(root.appendingPathComponent(".build-tools/python/bin/\(name)").path)
    }

    private static func existing(_ path: String) throws -> String {
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
        return path
    }

    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is not installed; run: Scripts/install-missing test" }
    }
}
