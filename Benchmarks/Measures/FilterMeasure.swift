import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// What a revocation filter costs, with one in a hundred of a million certificates revoked: to make, to read, to look one
/// certificate up, and in bits for each revoked one, beside the least that any encoding needs. Every certificate is asked
/// about once, and one wrong answer ends the run.
struct FilterMeasure {
    private static let issuedCount = 1_000_000
    private static let revokedCount = 10_000
    private static let lookUpCount = 200_000

    private static func isRevoked(_ number: Int) -> Bool { number * 7_919 % issuedCount < revokedCount }

    func run(rounds: Int) throws -> [Figure] {
        let key = SigningKey.make(.p256)
        let serials = try (0..<Self.issuedCount).map { number in
            var random = SystemRandomNumberGenerator()
            let high = UInt64.random(in: .min ... .max, using: &random)
            let octets = [high, UInt64(number) &* 0x9E37_79B9_7F4A_7C15].flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
            }
            return try SerialNumber(magnitude: [0x40] + octets)
        }
        var issued = IssuedCertificates()
        for (number, serial) in serials.enumerated() { issued.append(serial, isRevoked: Self.isRevoked(number)) }
        let now = Date()
        let template = FilterTemplate(
            signatureAlgorithm: key.signatureAlgorithm, issuerKey: key.publicKey.fingerprint, number: ListNumber(1),
            thisUpdate: now, nextUpdate: now + 86_400, covers: now)
        var (making, reading, lookUps, bits): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<rounds {
            let start = CPUTime.ofProcess
            let tbs = template.derBytes(of: issued) { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }
            let made = try RevocationFilter.assemble(
                tbs: tbs, algorithm: key.signatureAlgorithm, signature: key.sign(tbs))
            let finished = CPUTime.ofProcess
            let filter = try RevocationFilter(der: made.der)
            try require(filter.isSigned(by: key.publicKey))
            let read = CPUTime.ofProcess
            making.append((finished - start) * 1e3)
            reading.append((read - finished) * 1e3)
            lookUps.append(try lookUp(serials, in: filter))
            bits.append(Double(filter.der.count * 8) / Double(Self.revokedCount))
        }
        return [
            Figure(name: "make one", unit: .millisecondsCPU, samples: making),
            Figure(name: "read and check the signature", unit: .millisecondsCPU, samples: reading),
            Figure(name: "look one up", unit: .microsecondsCPU, samples: lookUps),
            Figure(name: "size for each revoked one", unit: .bits, samples: bits),
            Figure(name: "the least for each revoked one", unit: .bits, samples: [Self.leastBits]),
        ]
    }

    /// The entropy of which ones they are.
    private static var leastBits: Double {
        let share = Double(revokedCount) / Double(issuedCount)
        return -(share * log2(share) + (1 - share) * log2(1 - share)) / share
    }

    private func lookUp(_ serials: [SerialNumber], in filter: RevocationFilter) throws -> Double {
        for (number, serial) in serials.enumerated() {
            try require(filter.isMarked(serial) == Self.isRevoked(number))
        }
        var found = 0
        let before = CPUTime.ofThread
        for serial in serials.prefix(Self.lookUpCount) where filter.isMarked(serial) { found += 1 }
        let spent = CPUTime.ofThread - before
        try require(found > 0)
        return spent * 1e6 / Double(Self.lookUpCount)
    }
}
