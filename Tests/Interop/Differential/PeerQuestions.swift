import Foundation
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification

/// The other verifiers as programs that answer many questions in one run, one line each. Those in C and Java are compiled first.
///
/// A question is the purpose, the kind of the name and the number of certificates, an octet each; the name; and the certificates
/// from the leaf to the root. The name and each certificate come after their length in four octets, the highest first.
struct PeerQuestions {
    private let folder: TemporaryFolder
    private let commands: [Peer: [String]]

    init() throws {
        folder = try TemporaryFolder()
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Peers").path
        let openssl = try Self.compiled("openssl", ["-lcrypto"], from: sources, to: folder)
        let gnutls = try Self.compiled("gnutls", ["-lgnutls"], from: sources, to: folder)
        try Self.compile(Tools.javaCompiler, ["-Xlint:all", "-Werror", "-d", folder.path, "\(sources)/Java.java"])
        let time = String(Int(noon.timeIntervalSince1970))
        commands = [
            .openssl: [openssl, time], .gnutls: [gnutls, time],
            .cryptography: [try Tools.python, sources + "/cryptography.py", time],
            .java: [try Tools.java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", folder.path, "Java", time],
        ]
    }

    /// Starts every peer on these chains; each works on its own until its answers are taken.
    func ask(_ chains: [ChainCase]) throws -> [Peer: PeerRun] {
        let input = try folder.write(chains.flatMap(Self.question), to: "questions-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: input) }
        return try commands.mapValues { try PeerRun($0, input: input, folder: folder) }
    }

    private static func compiled(
        _ name: String, _ libraries: [String], from sources: String, to folder: TemporaryFolder
    ) throws -> String {
        let program = folder.file(name)
        try compile(Tools.compiler, ["-O2", "-Wall", "-Werror", "-o", program, "\(sources)/\(name).c"] + libraries)
        return program
    }

    private static func compile(_ compiler: String, _ arguments: [String]) throws {
        let result = try run(compiler, arguments)
        guard result.status == 0 else {
            throw PeerRun.Failed(command: ([compiler] + arguments).joined(separator: " "), err: result.err)
        }
    }

    private static func question(_ chain: ChainCase) -> [UInt8] {
        let (kind, name) = written(chain.name)
        let purpose: UInt8 =
            switch chain.purpose {
            case .server: 0
            case .client: 1
            case .mail: 2
            default: 3
            }
        let certificates = chain.chain + [chain.root]
        return [purpose, kind, UInt8(certificates.count)] + ([name] + certificates).flatMap(measured)
    }

    private static func written(_ name: ReferenceName?) -> (kind: UInt8, [UInt8]) {
        switch name {
        case .dns(let name): (1, Array(name.description.utf8))
        case .ip(let address): (2, address.bytes)
        case .mail(let mailbox): (3, Array(mailbox.description.utf8))
        case .spiffe, .uri, nil: (0, [])
        }
    }

    private static func measured(_ bytes: [UInt8]) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bytes.count >> $0) } + bytes
    }
}

/// A peer at work.
final class PeerRun {
    private let process = ChildProcess()
    private let folder: TemporaryFolder
    private let output: String

    struct Failed: Error {
        let command: String
        let err: String
    }

    fileprivate init(_ command: [String], input: String, folder: TemporaryFolder) throws {
        self.folder = folder
        output = try folder.write([], to: "answers-\(UUID().uuidString)")
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle(forReadingAtPath: input)
        process.standardOutput = FileHandle(forWritingAtPath: output)
        try process.run()
    }

    /// Waits for the answers: `count` of them, in the order of the questions.
    func answers(_ count: Int) throws -> [Verdict] {
        process.waitUntilExit()
        defer { try? FileManager.default.removeItem(atPath: output) }
        let lines = String(decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self)
            .split(separator: "\n")
        guard process.terminationStatus == 0, lines.count == count else {
            throw Failed(
                command: process.executableURL?.path ?? "",
                err: "ended with \(process.terminationStatus) after \(lines.count) of \(count) answers")
        }
        return lines.map { line in
            switch line {
            case "yes": .accepts
            case "-": .cannotSay
            default: .refuses(String(line))
            }
        }
    }
}
