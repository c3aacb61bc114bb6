// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// One settings list for every target: a wrong program should fail to compile.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// A library module: the folder is its layer, the prefix keeps it apart in a consumer's build.
func library(_ layer: String, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: "Symbolon\(name)", dependencies: dependencies, path: "Sources/\(layer)/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "Symbolon\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests", swiftSettings: settings)
}

let base: [Target.Dependency] = ["SymbolonWire", "SymbolonNames", "SymbolonKeys"]
let trust: [Target.Dependency] = ["SymbolonCertificates", "SymbolonRevocation", "SymbolonVerification"]
let control: [Target.Dependency] = ["SymbolonAudit", "SymbolonAuthority", "SymbolonAccessPolicy"]

var targets: [Target] = [
    library("Base", "Wire", []),
    library("Base", "Names", []),
    library("Base", "Keys", ["SymbolonWire", crypto, cryptoExtras, asn1]),
    library("Trust", "Certificates", base + [crypto, asn1]),
    library("Trust", "Revocation", base + ["SymbolonCertificates"]),
    library("Trust", "Verification", base + ["SymbolonCertificates", "SymbolonRevocation", crypto]),
    library("Control", "Audit", base + [crypto]),
    library("Control", "Authority", base + trust + ["SymbolonAudit", crypto]),
    library("Control", "AccessPolicy", base + trust),
    library("Service", "Storage", base + trust + ["SymbolonAudit", "SymbolonAuthority", grdb, crypto]),
    library("Service", "Transport", ["SymbolonKeys", "SymbolonWire", nioCore, nioSSL]),
    library("Service", "Proxy", base + trust + ["SymbolonAccessPolicy", "SymbolonTransport", nioCore, nioPosix]),
    .executableTarget(
        name: "symbolon",
        dependencies: base + trust + control + [
            "SymbolonStorage", "SymbolonTransport", "SymbolonProxy",
            nioCore, nioPosix, nioHTTP1, arguments, yams, logging, lifecycle,
        ],
        path: "Sources/Command",
        swiftSettings: settings),

    .executableTarget(
        name: "benchmarks",
        dependencies: base + trust + ["SymbolonAudit", "SymbolonAuthority", "SymbolonStorage", crypto],
        path: "Benchmarks/Measures",
        swiftSettings: settings),

    .target(
        name: "SymbolonTestSupport", dependencies: base + trust + [crypto],
        path: "Tests/TestSupport", swiftSettings: settings),
    tests("Wire", ["SymbolonWire"]),
    tests("Names", ["SymbolonNames"]),
    tests("Keys", ["SymbolonKeys", "SymbolonWire"]),
    tests("Certificates", base + ["SymbolonCertificates", "SymbolonTestSupport"]),
    tests("Revocation", base + ["SymbolonCertificates", "SymbolonRevocation", "SymbolonTestSupport"]),
    tests("Verification", base + trust + ["SymbolonTestSupport"]),
    tests("Audit", base + ["SymbolonAudit", "SymbolonTestSupport"]),
    tests("Authority", base + trust + ["SymbolonAudit", "SymbolonAuthority", "SymbolonTestSupport"]),
    tests("AccessPolicy", base + trust + ["SymbolonAccessPolicy", "SymbolonTestSupport"]),
    tests("Storage", base + trust + control + ["SymbolonStorage", "SymbolonTestSupport", grdb]),
    tests("Transport", base + ["SymbolonTransport", "SymbolonCertificates", "SymbolonTestSupport", nioCore, nioPosix, nioEmbedded]),
    tests("Proxy", base + trust + control + ["SymbolonProxy", "SymbolonTransport", "SymbolonTestSupport", nioCore, nioPosix, nioEmbedded]),
    .testTarget(
        name: "SymbolonCommandTests", dependencies: base + trust + control + ["symbolon", "SymbolonStorage", "SymbolonTestSupport"],
        path: "Tests/CommandTests", swiftSettings: settings),
    .testTarget(
        name: "Interop", dependencies: base + trust + control + ["symbolon", "SymbolonStorage", "SymbolonTestSupport"],
        path: "Tests/Interop", swiftSettings: settings),
    .executableTarget(
        name: "issue-loop", dependencies: ["SymbolonKeys", "SymbolonAuthority", "SymbolonStorage"],
        path: "Tests/IssueLoop", swiftSettings: settings),
    .testTarget(
        name: "EndToEnd",
        dependencies: base + trust + control + ["symbolon", "issue-loop", "SymbolonStorage", "SymbolonTestSupport"],
        path: "Tests/EndToEnd", swiftSettings: settings),
]
// While the house is being built: only rooms that have content, and only the tests asked for.
let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
func exists(_ target: Target) -> Bool {
    let e = FileManager.default.enumerator(atPath: here.appendingPathComponent(target.path!).path)
    while let f = e?.nextObject() as? String { if f.hasSuffix(".swift") { return true } }
    return false
}
targets = targets.filter(exists)
if let only = ProcessInfo.processInfo.environment["SYMBOLON_TESTS"]?.split(separator: ",").map(String.init) {
    var needed = Set(only)
    var grew = true
    while grew {
        grew = false
        for target in targets where needed.contains(target.name) {
            for case .byNameItem(let name, _) in target.dependencies where needed.insert(name).inserted { grew = true }
        }
    }
    targets.removeAll { !needed.contains($0.name) }
}
let present = Set(targets.map(\.name))
for target in targets {
    target.dependencies.removeAll {
        if case .byNameItem(let name, _) = $0 { return (name.hasPrefix("Symbolon") || name == "symbolon") && !present.contains(name) }
        return false
    }
}

let package = Package(
    name: "symbolon",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: targets)
