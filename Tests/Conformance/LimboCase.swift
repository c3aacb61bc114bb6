import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonVerification

/// One case of x509-limbo, as its JSON has it.
struct LimboCase: Decodable {
    struct PeerName: Decodable {
        let kind: String
        let value: String
    }

    let id: String
    let features: [String]
    let validationKind: String
    let trustedCerts: [String]
    let untrustedIntermediates: [String]
    let peerCertificate: String
    let validationTime: String?
    let expectedResult: String
    let expectedPeerName: PeerName?
    let expectedPeerNames: [PeerName]?
    let maxChainDepth: Int?
    let crls: [String]?

    var group: String { id.split(separator: ":").first.map(String.init) ?? id }
    var isGood: Bool { expectedResult == "SUCCESS" }

    static func all() throws -> [LimboCase] {
        struct Suite: Decodable {
            let testcases: [LimboCase]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = Data(try PublishedVectors.read("x509-limbo/limbo-part.json.gz"))
        return try decoder.decode(Suite.self, from: data).testcases
    }

    /// Nil when the case is accepted.
    func refusal(under profile: VerificationProfile) -> (any Error)? {
        do {
            // An anchor that cannot be read is not there.
            let anchors = trustedCerts.compactMap { try? CertificateBundle(pem: $0).certificates.first }
            let chain = try ([peerCertificate] + untrustedIntermediates).map { try Self.der($0) }
            var budget = WorkBudget()
            if let maxChainDepth { budget.maximumDepth = maxChainDepth }
            let names = try ([expectedPeerName].compactMap(\.self) + (expectedPeerNames ?? [])).map {
                try Self.reference($0)
            }
            let lists = try (crls ?? []).flatMap { try CertificateList.parse(pem: $0) }
            let expectation = Expectation(
                validationKind == "CLIENT" ? .client : .server, names: names,
                revocation: lists.isEmpty
                    ? .bestEffort(because: "the cases without lists say nothing of it") : .required)
            let verifier = Verifier(
                anchors: anchors.map { TrustAnchor($0) }, sources: RevocationSources(lists: lists), budget: budget,
                profile: profile)
            _ = try verifier.verify(
                PresentedChain(der: chain), expecting: expectation, at: try Self.time(validationTime))
            return nil
        } catch {
            return error
        }
    }

    private static func der(_ pem: String) throws -> [UInt8] {
        let body = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        guard let data = Data(base64Encoded: body) else { throw CocoaError(.fileReadCorruptFile) }
        return Array(data)
    }

    private static func reference(_ name: PeerName) throws -> ReferenceName {
        switch name.kind {
        case "DNS": .dns(try DNSName(name.value))
        case "IP": .ip(try IPAddress(name.value))
        default: .mail(try Mailbox(name.value))
        }
    }

    /// Cases without a time were made to hold at any time of ours; noon is one.
    private static func time(_ text: String?) throws -> Date {
        guard let text else { return noon }
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        if let date = formatter.date(from: text) { return date }
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        guard let date = formatter.date(from: text) else { throw CocoaError(.fileReadCorruptFile) }
        return date
    }
}
