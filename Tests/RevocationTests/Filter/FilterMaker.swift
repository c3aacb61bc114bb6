import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport

@testable import SymbolonRevocation

/// Certificates of one authority by number, and filters of them. The same numbers give the same serials and filters.
struct FilterMaker {
    var key = TestKeys.key("issuing")
    var thisUpdate = noon - 60
    var nextUpdate = noon + 3600
    var covers = noon - 120

    /// 18 octets that look random, as an authority's serial numbers are.
    static func serial(_ number: Int) throws -> SerialNumber {
        var random = SeededRandom(seed: UInt64(number) &* 0x9E37 &+ 5)
        return try SerialNumber(magnitude: [0x40 | UInt8(number & 0x0F)] + random.bytes(17))
    }

    static func issued(_ numbers: some Sequence<Int>, revoked: (Int) -> Bool) throws -> IssuedCertificates {
        var issued = IssuedCertificates()
        for number in numbers { issued.append(try serial(number), isRevoked: revoked(number)) }
        return issued
    }

    func complete(_ number: Int64 = 1, of issued: IssuedCertificates) throws -> RevocationFilter {
        var random = SeededRandom(seed: 1)
        return try sign(template(number).derBytes(of: issued) { random.bytes(16) })
    }

    func update(
        _ number: Int64 = 2, to base: RevocationFilter, covered: IssuedCertificates, since: IssuedCertificates
    ) throws -> RevocationFilter {
        var random = SeededRandom(seed: 2)
        return try sign(
            template(number).derBytes(updating: base, covered: covered, since: since) { random.bytes(16) })
    }

    func template(_ number: Int64) -> FilterTemplate {
        FilterTemplate(
            signatureAlgorithm: key.signatureAlgorithm, issuerKey: key.publicKey.fingerprint,
            number: ListNumber(number),
            thisUpdate: thisUpdate, nextUpdate: nextUpdate, covers: covers)
    }

    func sign(_ tbs: [UInt8]) throws -> RevocationFilter {
        try RevocationFilter.assemble(tbs: tbs, algorithm: key.signatureAlgorithm, signature: key.sign(tbs))
    }
}
