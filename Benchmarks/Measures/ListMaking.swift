import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonStorage

/// What it costs to make the list of a store, from its rows to a file. Once in a process of its own, for the memory's sake.
struct ListMaking {
    private let folder: String

    init(in folder: String) { self.folder = folder }

    func run() async throws -> [Figure] {
        let issuing = try Certificate(der: Array(Data(contentsOf: URL(fileURLWithPath: folder + "/issuing.der"))))
        guard let issuer = issuing.publicKey?.fingerprint else { throw Failed() }
        let store = try AuthorityDatabase.open(at: Workshop.storeFile(in: folder), mode: .readOnly)
        // The authority's own stays where it was made, and signs no faster than this one.
        let key = SigningKey.make(.p256)
        let now = Date()
        let before = CPUTime.ofProcess
        let contents = try await store.contents(of: [
            ListSelection(
                issuerKey: issuer, scope: .whole, content: .complete(keptFrom: now - 86_400, listedUpTo: 0))
        ])
        try require(contents.entries.count == 1 && contents.entries[0].count >= 1_000_000)
        let list = try ListTemplate(issuing, by: key, number: 1, at: now).list(of: contents.entries[0], signedBy: key)
        try Data(list.der).write(to: URL(fileURLWithPath: folder + "/made.der"))
        let spent = CPUTime.ofProcess - before
        return [
            Figure(name: "symbolon: make it from the store", unit: .millisecondsCPU, samples: [spent * 1e3]),
            Figure(
                name: "symbolon: make it from the store, memory at the highest", unit: .megabytes,
                samples: [CPUTime.highestMemory]),
        ]
    }
}

extension ListTemplate {
    /// For a day.
    init(_ issuing: Certificate, by key: SigningKey, number: Int64, at now: Date) throws {
        guard let identifier = issuing.extensions.subjectKeyIdentifier else { throw Failed() }
        self.init(
            signatureAlgorithm: key.signatureAlgorithm, issuer: issuing.subject, authorityKeyIdentifier: identifier,
            thisUpdate: now, nextUpdate: now + 86_400, number: ListNumber(number))
    }

    /// Made and read back, as the authority does.
    func list(of entries: consuming RevokedCertificates, signedBy key: SigningKey) throws -> CertificateList {
        let tbs = derBytes(listing: entries)
        return try CertificateList.assemble(tbs: tbs, algorithm: signatureAlgorithm, signature: key.sign(tbs))
    }
}
