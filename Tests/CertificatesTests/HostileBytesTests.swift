import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import Testing

/// Reads everything that a certificate offers, so that nothing lazy is left untried.
private func readAll(_ bytes: [UInt8]) -> Result<Certificate, CertificateFailure> {
    do throws(CertificateFailure) {
        let certificate = try Certificate(der: bytes)
        _ = (certificate.subject.description, certificate.issuer.description, certificate.serialNumber.description)
        _ = (certificate.subject.hashValue, certificate.isSelfIssued, certificate.publicKey, certificate.fingerprint)
        _ = (certificate.validity.notBefore.description, certificate.validity.notAfter.description)
        _ = certificate.extensions.all.map(\.identifier.description)
        for name in certificate.extensions.subjectAlternativeNames ?? [] { _ = try? name.subjectName() }
        return .success(certificate)
    } catch {
        _ = error.explanation
        return .failure(error)
    }
}

@Suite("X17: hostile bytes are refused and never trap")
struct HostileBytesTests {
    @Test("a certificate with any single bit flipped parses or is refused")
    func bitFlips() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.nameConstraints = NameConstraints(permitted: [.dns(try DNSSubtree("example.internal"))])
        for original in chain.der {
            var refused = 0
            for index in original.indices {
                for bit in 0..<8 {
                    var bytes = original
                    bytes[index] ^= 1 << bit
                    switch readAll(bytes) {
                    case .success(let certificate): #expect(certificate.der == bytes)
                    case .failure: refused += 1
                    }
                }
            }
            #expect(refused > original.count)
        }
    }

    @Test("a certificate cut anywhere is refused")
    func cuts() {
        let original = TestPKI.goodChain().leafDER
        for count in original.indices {
            #expect(throws: CertificateFailure.self) { try Certificate(der: original.prefix(count)) }
        }
    }

    @Test("a certificate with random octets written over it parses or is refused")
    func overwrites() throws {
        var random = SeededRandom(seed: 17)
        let original = TestPKI.goodChain().leafDER
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            if case .success(let certificate) = readAll(bytes) { #expect(certificate.der == bytes) }
        }
    }

    @Test("random octets are refused")
    func noise() {
        var random = SeededRandom(seed: 71)
        for _ in 0..<5000 {
            let bytes = random.bytes(Int.random(in: 0...200, using: &random))
            #expect(throws: CertificateFailure.self) { try Certificate(der: bytes) }
        }
    }

    @Test("requests with any single bit flipped parse or are refused")
    func requests() throws {
        let original = try CertificateRequest.make(
            subject: TestPKI.name("web"), names: [.dns(DNSPattern("web.example"))], key: TestKeys.key("web")
        ).der
        for index in original.indices {
            for bit in 0..<8 {
                var bytes = original
                bytes[index] ^= 1 << bit
                guard let request = try? CertificateRequest(der: bytes) else { continue }
                #expect(request.der == bytes)
                #expect(throws: CertificateFailure.possessionNotProved) { try request.verifiedPublicKey() }
            }
        }
    }

    @Test("X03: ten thousand names are read in one pass")
    func manyNames() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = (0..<10_000).map { .dns("n\($0).example") }
        #expect(try Certificate(der: chain.leafDER).extensions.subjectAlternativeNames == chain.leaf.names)
    }
}

@Suite("The published certificates of x509-limbo", .enabled(if: PublishedVectors.areHere))
struct PublishedCertificateTests {
    private struct Suite: Decodable {
        struct Case: Decodable {
            let id: String
            let trustedCerts: [String]
            let untrustedIntermediates: [String]
            let peerCertificate: String
            let expectedResult: String
        }
        let testcases: [Case]
    }

    /// Certificates of cases that the suite wants accepted must all parse; the others may be refused, never trap.
    @Test("all parse, or are refused with a reason")
    func all() throws {
        let bytes = try PublishedVectors.read("x509-limbo/limbo-part.json.gz")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let suite = try decoder.decode(Suite.self, from: Data(bytes))
        var parsed = 0
        var refusals: [String: Set<String>] = [:]
        for one in suite.testcases {
            for pem in one.trustedCerts + one.untrustedIntermediates + [one.peerCertificate] {
                do {
                    let bundle = try CertificateBundle(pem: pem)
                    parsed += bundle.certificates.count
                    for certificate in bundle.certificates { _ = readAll(certificate.der) }
                } catch {
                    refusals[error.explanation, default: []].insert(one.id)
                    if one.expectedResult == "SUCCESS" {
                        Issue.record("\(one.id) is to be accepted, but: \(error.explanation)")
                    }
                }
            }
        }
        print("x509-limbo: \(parsed) certificates parsed; refused:")
        for (reason, cases) in refusals.sorted(by: { $0.key < $1.key }) {
            print("  \(reason): \(cases.sorted().joined(separator: " "))")
        }
        #expect(parsed > 1000)
    }
}
