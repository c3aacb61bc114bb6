// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// `make fuzz` sets it, and has a build folder of its own: libFuzzer's counters and AddressSanitizer are in no other build.
let isFuzzing = ProcessInfo.processInfo.environment["SYMBOLON_FUZZ"] != nil

/// One settings list for every target: a wrong program should fail to compile.
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : [])

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let hummingbird: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdHTTP2", package: "hummingbird"),
]
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let memoryTracing: Target.Dependency = .product(name: "InMemoryTracing", package: "swift-distributed-tracing")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// A library module: the folder is its layer, the prefix keeps it apart in a consumer's build.
func library(
    _ layer: String, _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
    .target(
        name: "Symbolon\(name)", dependencies: dependencies, path: "Sources/\(layer)/\(name)", resources: resources,
        swiftSettings: settings)
}

func tests(
    _ name: String, at folder: String? = nil, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: folder ?? "Symbolon\(name)Tests", dependencies: dependencies + ["SymbolonTestSupport"],
        path: "Tests/\(folder ?? name + "Tests")", exclude: exclude, swiftSettings: settings)
}

let base: [Target.Dependency] = ["SymbolonWire", "SymbolonNames", "SymbolonKeys"]
let trust: [Target.Dependency] = ["SymbolonCertificates", "SymbolonRevocation", "SymbolonVerification"]
let control: [Target.Dependency] = ["SymbolonAudit", "SymbolonAuthority", "SymbolonAccessPolicy"]
let enrollment: [Target.Dependency] = ["SymbolonTokens", "SymbolonAdministration", "SymbolonEnrollment"]
let ends: [Target.Dependency] = [
    "SymbolonStorage", "SymbolonTransport", "SymbolonClients", "SymbolonTracing", "SymbolonProxy",
    "SymbolonHTTPServices",
]

/// In the order in which they may import: a target names only what stands before it.
let libraries: [Target] = [
    library("Base", "Wire", []),
    library("Base", "Names", []),
    library("Base", "Keys", ["SymbolonWire", crypto, cryptoExtras, asn1]),
    library("Trust", "Certificates", base + [crypto, asn1]),
    library("Trust", "Revocation", base + ["SymbolonCertificates", crypto]),
    library("Trust", "Verification", base + ["SymbolonCertificates", "SymbolonRevocation", crypto]),
    library("Trust", "Tokens", base + [crypto, cryptoExtras]),
    library("Trust", "Passkeys", base + trust + [crypto]),
    library("Trust", "SharedSecrets", base + [crypto, cryptoExtras]),
    library("Control", "Audit", base + [crypto]),
    library("Control", "Authority", base + trust + ["SymbolonAudit", crypto]),
    library("Control", "AccessPolicy", base + trust + ["SymbolonTokens"]),
    library("Control", "Administration", base + trust + control + ["SymbolonTokens", crypto]),
    library(
        "Control", "Enrollment",
        base + trust + control + ["SymbolonTokens", "SymbolonAdministration", crypto]),
    library(
        "Service", "Storage",
        base + trust + control + enrollment + ["CPostgreSQL", sqlite, crypto]),
    library("Service", "Transport", ["SymbolonKeys", "SymbolonWire", "CLinux", nioCore, nioSSL]),
    library(
        "Service", "Clients",
        base + trust + enrollment + [
            "SymbolonAudit", "SymbolonAuthority", "SymbolonStorage", "SymbolonTransport", "CAres", nioCore, nioPosix,
            nioHTTP1, nioSSL, crypto,
        ]),
    library("Service", "Tracing", [tracing]),
    library(
        "Service", "Proxy",
        base + trust + [
            "SymbolonTokens", "SymbolonAccessPolicy", "SymbolonTransport", nioCore, nioPosix, nioHTTP1, nioHTTP2,
            nioHPACK, crypto, tracing,
        ]),
    library(
        "Service", "HTTPServices",
        base + trust + control + enrollment + ["SymbolonTransport", "SymbolonProxy"] + hummingbird + [
            nioCore, nioPosix, nioHTTP1, nioHTTP2, httpTypes, logging, metrics, lifecycle, crypto,
        ], resources: [.embedInCode("API/OpenAPI.yaml")]),
]

/// C libraries of the system, by their -dev packages.
let systemLibraries: [Target] = [
    .systemLibrary(name: "CLinux", path: "Sources/Service/CLinux"),
    .systemLibrary(
        name: "CPostgreSQL", path: "Sources/Service/CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
        name: "CAres", path: "Sources/Service/CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
    // The kernel's own calls: no library.
    .systemLibrary(name: "CConfinement", path: "Sources/Service/CConfinement"),
]

let programs: [Target] = [
    .executableTarget(
        name: "symbolon",
        dependencies: base + trust + control + enrollment + ends + [
            "CLinux", "CConfinement", nioCore, nioPosix, nioHTTP1, arguments, yams, logging, lifecycle, tracing,
        ],
        path: "Sources/Command", swiftSettings: settings),
    .executableTarget(
        name: "benchmarks",
        dependencies: base + trust + control + ["SymbolonStorage", crypto],
        path: "Benchmarks/Measures", swiftSettings: settings),
    // Issues until it is killed; only the tests run it.
    .executableTarget(
        name: "issue-loop", dependencies: ["SymbolonKeys", "SymbolonAuthority", "SymbolonStorage"],
        path: "Tests/IssueLoop", swiftSettings: settings),
    // Thousands of clients, and what echoes them; only the tests run it.
    .executableTarget(
        name: "crowd", dependencies: ["SymbolonKeys", "SymbolonTransport", nioCore, nioPosix],
        path: "Tests/CrowdProgram", swiftSettings: settings),
]

var allTests: [Target] = [
    tests("Wire", ["SymbolonWire"]),
    tests("Names", ["SymbolonNames"]),
    tests("Keys", ["SymbolonKeys", "SymbolonWire", crypto, cryptoExtras]),
    tests("Certificates", base + ["SymbolonCertificates"]),
    tests("Revocation", base + ["SymbolonCertificates", "SymbolonRevocation"]),
    tests("Verification", base + trust + [crypto, cryptoExtras]),
    tests("Tokens", base + ["SymbolonTokens", crypto, cryptoExtras]),
    tests("Passkeys", base + trust + ["SymbolonPasskeys", crypto]),
    tests("SharedSecrets", base + ["SymbolonSharedSecrets"]),
    tests("Audit", base + ["SymbolonAudit"]),
    tests("Authority", base + trust + ["SymbolonAudit", "SymbolonAuthority"]),
    tests(
        "AccessPolicy", base + trust + ["SymbolonTokens", "SymbolonAccessPolicy"], exclude: ["truth-table.txt"]),
    tests("Administration", base + trust + control + enrollment),
    tests("Enrollment", base + trust + control + enrollment + [crypto]),
    tests("Storage", base + trust + control + enrollment + ["SymbolonStorage", grdb]),
    tests(
        "Transport", base + ["SymbolonTransport", "SymbolonCertificates", nioCore, nioPosix, nioEmbedded]),
    tests(
        "Clients",
        base + trust + control + enrollment + [
            "SymbolonClients", "SymbolonStorage", "SymbolonTransport", nioCore, nioPosix, nioHTTP1, crypto,
        ]),
    tests("Tracing", ["SymbolonTracing", tracing]),
    tests(
        "Proxy",
        base + trust + control + [
            "SymbolonTokens", "SymbolonTracing", "SymbolonProxy", "SymbolonTransport", nioCore, nioPosix, nioEmbedded,
            nioHTTP1, nioHTTP2, nioHPACK, tracing, memoryTracing,
        ]),
    tests(
        "HTTPServices",
        base + trust + control + enrollment + hummingbird + [
            "SymbolonHTTPServices", "SymbolonTransport", "SymbolonProxy", "SymbolonStorage", "SymbolonClients", nioCore,
            nioPosix, nioEmbedded, httpTypes, logging, metrics, crypto, yams,
        ]),
    tests(
        "Command",
        base + trust + control + enrollment + [
            "symbolon", "SymbolonStorage", "SymbolonClients", "SymbolonHTTPServices", "SymbolonProxy", arguments,
        ]),
    tests("Conformance", at: "Conformance", base + trust + ["symbolon"]),
    tests(
        "Interop", at: "Interop",
        base + trust + control + enrollment + [
            "symbolon", "SymbolonStorage", "SymbolonHTTPServices", nioPosix, crypto, cryptoExtras,
        ],
        exclude: ["Differential/Peers", "ACME/Peers", "Hostile/Peers", "RealPeers/Peers"]),
    tests(
        "EndToEnd", at: "EndToEnd",
        base + trust + control + enrollment + ends + ["symbolon", "issue-loop", "crowd", nioCore, nioPosix],
        exclude: ["Load"]),
]

// Working on one part: `SYMBOLON_TESTS=SymbolonNamesTests swift test` builds and runs only the tests named.
if let named = ProcessInfo.processInfo.environment["SYMBOLON_TESTS"]?.split(separator: ",").map(String.init) {
    allTests.removeAll { !named.contains($0.name) }
}

/// libFuzzer on every parser that strangers' bytes reach.
let fuzzing: [Target] =
    isFuzzing
    ? [
        .executableTarget(
            name: "fuzz", dependencies: base + trust + ["SymbolonAudit"], path: "Tests/Fuzz", exclude: ["seeds"],
            swiftSettings: settings,
            linkerSettings: [
                .unsafeFlags(["-sanitize=fuzzer,address"]),
                .unsafeFlags(["-use-ld=lld"], .when(platforms: [.linux])),
            ])
    ] : []

let package = Package(
    name: "symbolon",
    platforms: [.macOS(.v15)],
    products: libraries.map { .library(name: $0.name, targets: [$0.name]) } + [
        .executable(name: "symbolon", targets: ["symbolon"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        // Exactly: its BoringSSL is used directly (docs/Decisions/0001).
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        // Without swift-configuration: our configuration is YAML.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: libraries + systemLibraries + programs + allTests + fuzzing + [
        .target(
            name: "SymbolonTestSupport", dependencies: base + trust + [crypto], path: "Tests/TestSupport",
            swiftSettings: settings)
    ])
