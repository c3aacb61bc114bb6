import Foundation
import SymbolonTestSupport
import Testing

/// A home folder in a folder of its own, and the executable at work in it.
///
/// Whatever a test makes it do, the passphrase that seals the keys and the keys themselves must not be printed: every run
/// is looked through for both.
final class Home: Sendable {
    /// What seals the keys. No line break belongs to it.
    static let passphrase = "planted: correct horse battery staple 7519"

    let folder: TemporaryFolder
    var path: String { folder.file("home") }
    var passphraseFile: String { folder.file("secret") }

    /// A place for a home, empty.
    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.passphrase + "\n", to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passphraseFile)
    }

    /// A home with an authority for `example.internal` and the service `web`: made once, and copied.
    static func withAuthority() throws -> Home {
        let home = try Home()
        let copied = try SymbolonTestSupport.run("/bin/cp", ["-a", try template.get().path, home.path])
        try #require(copied.status == 0, "\(copied.err)")
        return home
    }

    private static let template = Result {
        let home = try Home()
        try home.done("up", "--once")
        try home.done("identity", "issue", "web", "--profile", "service", "--dns", "web.example.internal")
        return home
    }

    /// Runs `symbolon` in this home, sealed under the planted passphrase.
    func run(_ arguments: String...) throws -> ProgramRun {
        try run(arguments)
    }

    func run(_ arguments: [String]) throws -> ProgramRun {
        let readsKeys = !["list", "show"].contains { arguments.prefix(2).contains($0) }
        let given = arguments.contains { $0.hasPrefix("--passphrase-") }
        let passphrase = readsKeys && !given ? ["--passphrase-file", passphraseFile] : []
        return try start(arguments + ["--home", path] + passphrase)
    }

    /// Runs `symbolon` with these arguments and no others.
    func start(
        _ arguments: [String], environment: [String: String] = [:], by wrapper: [String] = []
    ) throws -> ProgramRun {
        let words = wrapper + [try BuiltProgram.path("symbolon")] + arguments
        let base = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
        let result = try SymbolonTestSupport.run(
            words[0], Array(words.dropFirst()), input: [],
            environment: base.merging(environment, uniquingKeysWith: { $1 }))
        try checkSecrets(result, arguments)
        return result
    }

    /// Runs it, and requires that it ends well.
    @discardableResult
    func done(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> ProgramRun {
        let result = try run(arguments)
        try #require(
            result.status == 0, "symbolon \(arguments.joined(separator: " ")): \(result.out)\(result.err)",
            sourceLocation: sourceLocation)
        return result
    }

    /// Runs it with `--json`, and reads an object from each line.
    func objects(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSONObject] {
        try objects(arguments, sourceLocation: sourceLocation)
    }

    func objects(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSONObject] {
        let result = try run(arguments + ["--json"])
        try #require(result.status == 0, "\(result.out)\(result.err)", sourceLocation: sourceLocation)
        return try result.out.split(separator: "\n").map { try JSONObject(String($0)) }
    }

    /// Runs it, and expects that it ends with this status, an empty standard output, and this complaint.
    func refused(
        _ status: Int32, _ arguments: [String], what: String, why: String? = nil, mend: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try run(arguments)
        #expect(result.status == status, "\(result.out)\(result.err)", sourceLocation: sourceLocation)
        #expect(result.out == "", sourceLocation: sourceLocation)
        #expect(result.err.contains(what), "\(result.err)", sourceLocation: sourceLocation)
        if let why { #expect(result.err.contains(why), "\(result.err)", sourceLocation: sourceLocation) }
        if let mend { #expect(result.err.contains(mend), "\(result.err)", sourceLocation: sourceLocation) }
    }

    private func checkSecrets(_ result: ProgramRun, _ arguments: [String]) throws {
        let printed = result.out + result.err
        let made = (try? String(decoding: folder.read("home/passphrase"), as: UTF8.self)) ?? ""
        for secret in [Self.passphrase, "PRIVATE KEY-----", made.trimmingCharacters(in: .newlines)]
        where !secret.isEmpty {
            #expect(!printed.contains(secret), "symbolon \(arguments.joined(separator: " ")) printed a secret")
        }
        for file in FileManager.default.enumerator(atPath: path)?.compactMap({ $0 as? String }) ?? []
        where file.hasSuffix(".pem") {
            let lines = String(decoding: try folder.read("home/\(file)"), as: UTF8.self).split(separator: "\n")
            // The first lines after `BEGIN ENCRYPTED PRIVATE KEY`: even a sealed key stays in its file.
            guard lines.count > 3, lines[0].contains("PRIVATE KEY") else { continue }
            for line in lines[1...2] {
                #expect(!printed.contains(line), "symbolon \(arguments.joined(separator: " ")) printed a key")
            }
        }
    }
}

/// One object that the executable printed.
struct JSONObject {
    private let fields: [String: Any]

    init(_ line: String) throws {
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        fields = try #require(value as? [String: Any], "not an object: \(line)")
    }

    subscript(text key: String) -> String? { fields[key] as? String }
    subscript(number key: String) -> Int? { (fields[key] as? NSNumber)?.intValue }
    subscript(flag key: String) -> Bool? { fields[key] as? Bool }
    subscript(list key: String) -> [String]? { fields[key] as? [String] }
    subscript(object key: String) -> [String: Any]? { fields[key] as? [String: Any] }
}
