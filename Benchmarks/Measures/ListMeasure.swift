import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonStorage
import SymbolonWire

/// What a revocation list of a million entries costs: to read and parse, to check its signature, to look one certificate
/// up, and in memory at the highest. In a process of its own, for the memory's sake.
struct ListMeasure {
    private static let entryCount = 1_000_000
    private static let lookUpCount = 200_000

    private let folder: String
    private let issuer: DistinguishedName

    init(in folder: String) throws {
        self.folder = folder
        issuer = try DistinguishedName(commonName: "bench.internal lists")
    }

    private var listFile: String { folder + "/list.der" }
    private var textFile: String { folder + "/list.pem" }
    private var keyFile: String { folder + "/list-signer.der" }

    // MARK: The list

    /// Serial numbers of 20 octets and a reason in each entry, as a public authority's list has.
    func write() throws {
        let key = SigningKey.make(.p256)
        let now = CertificateTime(Date())
        let (thisUpdate, nextUpdate) = (Self.element(of: now), Self.element(of: CertificateTime(now.date + 86_400)))
        let reason = DERWriter.sequence(
            DERWriter.extension(
                Extension(.cRLReasons, isCritical: false, value: DERWriter.element(.enumerated, [4]))))
        var entries: [UInt8] = []
        for number in 0..<Self.entryCount {
            entries += DERWriter.sequence(
                DERWriter.element(.integer, Self.serial(number)), thisUpdate, reason)
        }
        let identifier = DERWriter.element(
            .sequence, DERWriter.element(.context(0), key.publicKey.keyIdentifier))
        let extensions = [
            Extension(.authorityKeyIdentifier, isCritical: false, value: identifier),
            Extension(.cRLNumber, isCritical: false, value: DERWriter.element(.integer, [1])),
        ].flatMap { DERWriter.extension($0) }
        let algorithm = key.signatureAlgorithm.identifier
        let tbs = DERWriter.sequence(
            DERWriter.element(.integer, [1]), algorithm, issuer.derBytes, thisUpdate, nextUpdate,
            DERWriter.element(.sequence, entries),
            DERWriter.element(.context(0, isConstructed: true), DERWriter.element(.sequence, extensions)))
        let list = DERWriter.sequence(
            tbs, algorithm, DERWriter.element(.bitString, [0] + (try key.sign(tbs))))
        try Data(list).write(to: URL(fileURLWithPath: listFile))
        try Data(PEM.render(label: "X509 CRL", list).utf8).write(to: URL(fileURLWithPath: textFile))
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

    private static func element(of time: CertificateTime) -> [UInt8] {
        let digits = time.description.filter { $0.isNumber || $0 == "Z" }
        return DERWriter.element(.utcTime, Array(digits.dropFirst(2).utf8))
    }

    // MARK: What it costs

    func run(rounds: Int) throws -> [Figure] {
        let key = try PublicKey(subjectPublicKeyInfo: Array(Data(contentsOf: URL(fileURLWithPath: keyFile))))
        var (parsing, text, signature, lookUp): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<rounds {
            let start = CPUTime.ofProcess
            let list = try read(listFile)
            let parsed = CPUTime.ofProcess
            try require(list.isSigned(by: key))
            let checked = CPUTime.ofProcess
            parsing.append((parsed - start) * 1e3)
            signature.append((checked - parsed) * 1e3)
            lookUp.append(try lookUps(in: list))
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
            Figure(name: "symbolon: memory at the highest", unit: .megabytes, samples: [Self.highestMemory]),
        ]
    }

    private func read(_ file: String) throws -> CertificateList {
        let lists = try CertificateList.parse(RevocationFile.read(file))
        try require(lists.count == 1 && lists[0].count == Self.entryCount && lists[0].defect == nil)
        return lists[0]
    }

    /// Every other serial number is on the list.
    private func lookUps(in list: CertificateList) throws -> Double {
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

    private static var highestMemory: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1000
    }
}
