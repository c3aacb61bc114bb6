import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage
import SymbolonTransport
import SymbolonWire

struct IdentityExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Copy an identity of this home out, for programs that want files.",
        discussion: """
            EXAMPLES
              symbolon identity export web --out ./web --plain-key                    for nginx, PostgreSQL, curl …
              symbolon identity export alice --out . --format p12 --export-passphrase-file secret
              symbolon identity export web --out ./web --format der --export-passphrase-fd 3

            PEM writes NAME.pem (leaf, then issuing certificate), NAME.key.pem and anchors.pem; DER the same as .der files, one \
            certificate each; PKCS #12 one file NAME.p12. Keys are written so that only you can read them, and sealed unless you say \
            --plain-key.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case pem, der, p12 }

    @Argument(help: ArgumentHelp("The short name of an identity in this home.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("The folder to write to; made when it is not there.", valueName: "dir"))
    var out: String
    @Option(help: "pem (the default), der or p12.")
    var format: Format = .pem
    @Flag(name: .customLong("plain-key"), help: "Write the private key unsealed.")
    var plainKey = false
    @Option(
        name: .customLong("export-passphrase-file"),
        help: ArgumentHelp("Seal the exported key under the passphrase in this file.", valueName: "path"))
    var exportFile: String?
    @Option(
        name: .customLong("export-passphrase-fd"),
        help: ArgumentHelp("Seal the exported key under the passphrase from this descriptor.", valueName: "number"))
    var exportDescriptor: Int32?
    @Flag(help: "Overwrite files that are there.")
    var force = false
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        let sources = [exportFile != nil, exportDescriptor != nil].count { $0 }
        guard sources <= 1 else {
            throw ValidationError("--export-passphrase-file and --export-passphrase-fd exclude each other.")
        }
        switch format {
        case .p12:
            guard sources == 1, !plainKey else {
                throw ValidationError("PKCS #12 is sealed: give --export-passphrase-file or --export-passphrase-fd.")
            }
        case .pem, .der:
            guard (sources == 1) != plainKey else {
                throw ValidationError(
                    "Say how the key shall leave: sealed (--export-passphrase-file or -fd), or readable (--plain-key).")
            }
        }
    }

    func run() async throws {
        try await Complaint.reported {
            try LocalAuthority.checked(home.folder)
            let passphrase = try LocalAuthority.readPassphrase(
                home.passphrase.source ?? .file(home.folder.passphraseFile))
            // The record of an authority in the home tells what leaves it; a key that was made elsewhere is nobody else's.
            let authority =
                LocalAuthority.exists(in: home.folder) ? try await LocalAuthority.open(home.folder, passphrase) : nil
            let identity: StoredIdentity
            do {
                identity = try home.folder.loadIdentity(IdentityName(name), with: passphrase)
            } catch {
                throw Complaint(
                    what: "this home has no identity \"\(name.printable)\" to export", why: ExplainedError.text(error),
                    mend: "issue it: symbolon identity issue \(name.printable) --profile …", exit: .undecided)
            }
            let files = try files(of: identity)
            try write(files)
            _ = try await authority?.administration.perform(
                NoteExport(
                    serial: identity.leaf.serialNumber.description, format: format.rawValue, keyIsPlain: plainKey))
            for file in files {
                Lines.write(
                    output.json ? try JSONOutput.line(Written(file: path(file.name))) : "wrote \(path(file.name))")
            }
        }
    }

    private struct Written: Encodable { let file: String }

    private struct File {
        let name: String
        let bytes: [UInt8]
        let mode: UInt32
    }

    private func path(_ file: String) -> String { URL(fileURLWithPath: out).appendingPathComponent(file).path }

    private func files(of identity: StoredIdentity) throws -> [File] {
        let certificates = identity.chain.map(\.der)
        let anchors = identity.anchors.map(\.der)
        switch format {
        case .p12:
            let sealed = try PKCS12.seal(
                chain: certificates + anchors, pkcs8: identity.key.pkcs8(), passphrase: try exportPassphrase())
            return [File(name: "\(name).p12", bytes: sealed, mode: 0o600)]
        case .pem:
            func text(_ list: [[UInt8]]) -> [UInt8] {
                Array(list.map { PEM.render(label: "CERTIFICATE", $0) }.joined().utf8)
            }
            let (label, key) = try exportedKey(identity.key)
            return [
                File(name: "\(name).pem", bytes: text(certificates), mode: 0o644),
                File(name: "\(name).key.pem", bytes: Array(PEM.render(label: label, key).utf8), mode: 0o600),
                File(name: "anchors.pem", bytes: text(anchors), mode: 0o644),
            ]
        case .der:
            func numbered(_ stem: String, _ list: [[UInt8]]) -> [File] {
                list.enumerated().map { index, der in
                    File(name: index == 0 ? "\(stem).der" : "\(stem)-\(index + 1).der", bytes: der, mode: 0o644)
                }
            }
            return numbered(name, [certificates[0]]) + numbered("issuing", Array(certificates.dropFirst()))
                + [File(name: "\(name).key.der", bytes: try exportedKey(identity.key).der, mode: 0o600)]
                + numbered("anchor", anchors)
        }
    }

    private func exportedKey(_ key: SigningKey) throws -> (label: String, der: [UInt8]) {
        if plainKey { return unsafe ("PRIVATE KEY", key.pkcs8().withUnsafeBytes { unsafe Array($0) }) }
        return ("ENCRYPTED PRIVATE KEY", try EncryptedPrivateKey.seal(key, under: try exportPassphrase()))
    }

    private func exportPassphrase() throws -> Passphrase {
        try LocalAuthority.readPassphrase(exportFile.map { .file($0) } ?? .descriptor(exportDescriptor ?? -1))
    }

    /// All or nothing where a file is in the way.
    private func write(_ files: [File]) throws {
        do {
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        } catch {
            throw Complaint(what: "the folder \(out) cannot be made", why: error.localizedDescription)
        }
        let taken = files.map { path($0.name) }.filter { FileManager.default.fileExists(atPath: $0) }
        guard taken.isEmpty || force else {
            throw Complaint(
                what: "nothing was written", why: "there already: \(taken.joined(separator: ", "))",
                mend: "choose another --out, or say --force")
        }
        for file in files { try DurableFile.replace(path(file.name), with: file.bytes, mode: file.mode) }
    }
}
