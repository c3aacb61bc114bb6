import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import symbolon

/// Files of certificates in a folder of their own, and the executable that judges them.
final class Desk: Sendable {
    let folder: TemporaryFolder

    /// `leaf.pem`, `issuing.pem`, `root.pem` and `chain.pem` (leaf, issuing) of a chain.
    init(_ chain: TestPKI = .goodChain()) throws {
        folder = try TemporaryFolder()
        let (leaf, issuing) = (chain.leafDER, chain.issuingDER)
        try pem([leaf], to: "leaf.pem")
        try pem([issuing], to: "issuing.pem")
        try pem([leaf, issuing], to: "chain.pem")
        try pem([chain.rootDER], to: "root.pem")
    }

    func pem(_ blocks: [[UInt8]], _ label: String = "CERTIFICATE", to name: String) throws {
        try folder.write(blocks.map { PEM.render(label: label, $0) }.joined(), to: name)
    }

    /// Runs `symbolon verify` with these words in the folder, where there is no home.
    func verify(_ words: String, at moment: Date = noon) throws -> ProgramRun {
        let given = words.split(separator: " ").map(String.init) + ["--at", Moment.text(moment)]
        return try run("/usr/bin/env", ["-C", folder.path, BuiltProgram.path("symbolon"), "verify"] + given)
    }

    /// A complete list of an authority, current for an hour before and after noon unless said otherwise.
    static func list(
        of issuer: CertificateSpec, revoking serials: [[UInt8]] = [], until nextUpdate: Date = noon + .hour
    ) throws -> [UInt8] {
        func time(_ date: Date) -> [UInt8] {
            let digits = Moment.text(date).filter(\.isNumber).dropFirst(2)
            return DERWriter.element(.utcTime, Array("\(digits)Z".utf8))
        }
        let entries = serials.map { DERWriter.sequence(DERWriter.element(.integer, $0), time(noon - .hour)) }
        let extensions = [
            Extension.authorityKeyIdentifier(
                AuthorityKeyIdentifier(keyIdentifier: issuer.key.publicKey.keyIdentifier)),
            Extension(.cRLNumber, isCritical: false, value: DERWriter.element(.integer, [1])),
        ]
        let algorithm = issuer.key.signatureAlgorithm.identifier
        let listed = DERWriter.sequence(
            DERWriter.element(.integer, [1]), algorithm, issuer.subject.derBytes, time(noon - 2 * .hour),
            time(nextUpdate), entries.isEmpty ? [] : DERWriter.element(.sequence, entries.flatMap(\.self)),
            DERWriter.element(
                .context(0, isConstructed: true),
                DERWriter.element(.sequence, extensions.flatMap { DERWriter.extension($0) })))
        let signature = try issuer.key.sign(listed)
        return DERWriter.sequence(listed, algorithm, DERWriter.element(.bitString, [0] + signature))
    }
}
