import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonVerification
import SymbolonWire

/// What a revocation list of a million entries costs: to read and parse, to check its signature, to look one certificate
/// up, each verification while it is known, and in memory at the highest. In a process of its own, for the memory's sake.
struct ListMeasure {
    private static let entryCount = 1_000_000
    private static let lookUpCount = 200_000
    private static let verificationCount = 2_000

    private let folder: String

    init(in folder: String) { self.folder = folder }

    private var listFile: String { folder + "/list.der" }
    private var textFile: String { folder + "/list.pem" }
    private var keyFile: String { folder + "/list-signer.der" }

    // MARK: The list

    /// Of an authority that has issued one certificate beside. Serial numbers of 20 octets and a reason in each entry, as a
    /// public authority's list has.
    func write() async throws {
        let workshop = try await Workshop.open(in: folder)
        try workshop.writePath(of: await workshop.issue("leaf").certificate)
        let issuing = workshop.authority.issuing
        let key = workshop.issuingKey
        let now = Date()
        var entries = RevokedCertificates(expecting: Self.entryCount)
        for number in 0..<Self.entryCount {
            entries.append(
                try SerialNumber(magnitude: Self.serial(number)), Revocation(.superseded, since: now))
        }
        let list = try ListTemplate(issuing, by: key, number: 1, at: now).list(of: entries, signedBy: key)
        try Data(list.der).write(to: URL(fileURLWithPath: listFile))
        try Data(PEM.render(label: "X509 CRL", list.der).utf8).write(to: URL(fileURLWithPath: textFile))
        try Data(key.publicKey.subjectPublicKeyInfo).write(to: URL(fileURLWithPath: keyFile))
    }

    /// Spread as random serial numbers are, and positive.
    private static func serial(_ number: Int) -> [UInt8] {
        var octets: [UInt8] = []
        var state = UInt64(number)
        for _ in 0..<3 {
            state = (state &+ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
            state ^= state >> 29
            octets += (0..<8).map { UInt8(truncatingIfNeeded: state >> ($0 * 8)) }
        }
        return [0x40 | octets[0] & 0x3F] + octets[1..<20]
    }

    // MARK: What it costs

    func run(rounds: Int) throws -> [Figure] {
        let key = try PublicKey(subjectPublicKeyInfo: contents("list-signer"))
        let issuer = try Certificate(der: contents("issuing")).subject
        var (parsing, text, signature, lookUp): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        var (verifying, verifyingWithout): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            let start = CPUTime.ofProcess
            let list = try read(listFile)
            let parsed = CPUTime.ofProcess
            try require(list.isSigned(by: key))
            let checked = CPUTime.ofProcess
            parsing.append((parsed - start) * 1e3)
            signature.append((checked - parsed) * 1e3)
            lookUp.append(try lookUps(in: list, of: issuer))
            let known = try KnownList(list, folder: folder)
            let one = try known.verifications(Self.verificationCount)
            verifying.append(one.known)
            verifyingWithout.append(one.plain)
        }
        for _ in 0..<rounds {
            let start = CPUTime.ofProcess
            _ = try read(textFile)
            text.append((CPUTime.ofProcess - start) * 1e3)
        }
        return [
            Figure(name: "symbolon: read and parse", unit: .millisecondsCPU, samples: parsing),
            Figure(name: "symbolon: read and parse, PEM", unit: .millisecondsCPU, samples: text),
            Figure(name: "symbolon: check the signature", unit: .millisecondsCPU, samples: signature),
            Figure(name: "symbolon: look one up", unit: .microsecondsCPU, samples: lookUp),
            Figure(name: "symbolon: verify, the list known", unit: .microsecondsCPU, samples: verifying),
            Figure(name: "symbolon: verify, no list", unit: .microsecondsCPU, samples: verifyingWithout),
            Figure(name: "symbolon: memory at the highest", unit: .megabytes, samples: [CPUTime.highestMemory]),
        ]
    }

    private func read(_ file: String) throws -> CertificateList {
        let lists = try CertificateList.parse(RevocationFile.read(file))
        try require(lists.count == 1 && lists[0].count == Self.entryCount && lists[0].defect == nil)
        return lists[0]
    }

    /// Every other serial number is on the list.
    private func lookUps(in list: CertificateList, of issuer: DistinguishedName) throws -> Double {
        let serials = try (0..<Self.lookUpCount).map { number in
            try SerialNumber(magnitude: Self.serial(number % 2 == 0 ? number : number + Self.entryCount))
        }
        var found = 0
        let before = CPUTime.ofThread
        for serial in serials where list.revocation(of: serial, from: issuer) != nil { found += 1 }
        let spent = CPUTime.ofThread - before
        try require(found == Self.lookUpCount / 2)
        return spent * 1e6 / Double(Self.lookUpCount)
    }

    private func contents(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).der")))
    }
}

/// A path, and verifiers that know the list of its issuer, or that nothing is revoked.
private struct KnownList {
    private let chain: PresentedChain
    private let knowing: Verifier
    private let plain: Verifier
    private let now = Date()

    init(_ list: CertificateList, folder: String) throws {
        let path = try ["leaf", "issuing", "root"].map { name in
            try Certificate(der: Array(Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).der"))))
        }
        guard let issuer = path[1].publicKey?.fingerprint, let root = path[2].publicKey?.fingerprint else {
            throw Failed()
        }
        let anchors = [TrustAnchor(path[2], for: try TrustDomain("bench.internal"))]
        chain = PresentedChain(der: path.prefix(2).map(\.der))
        let now = now
        func nothing(of issuers: Set<KeyFingerprint>) -> RevocationSnapshot {
            RevocationSnapshot(revoked: [:], covering: issuers, epoch: 1, thisUpdate: now)
        }
        knowing = Verifier(anchors: anchors, sources: RevocationSources(snapshot: nothing(of: [root]), lists: [list]))
        plain = Verifier(anchors: anchors, revocation: nothing(of: [root, issuer]))
        // Whether the issuer has signed the list is found out once.
        _ = try seconds(of: knowing)
    }

    /// Microseconds for one by each, turn about, so that what disturbs one disturbs the other.
    func verifications(_ count: Int) throws -> (known: Double, plain: Double) {
        var sum = (known: 0.0, plain: 0.0)
        for _ in 0..<count {
            sum.known += try seconds(of: knowing)
            sum.plain += try seconds(of: plain)
        }
        return (sum.known * 1e6 / Double(count), sum.plain * 1e6 / Double(count))
    }

    private func seconds(of verifier: Verifier) throws -> Double {
        let before = CPUTime.ofThread
        _ = try verifier.verify(chain, expecting: Expectation(.client), at: now)
        return CPUTime.ofThread - before
    }
}
