import Foundation
import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonVerification

/// NIST PKITS 1.0.1, as its JSON has it.
struct PKITSSuite: Decodable {
    struct Case: Decodable {
        let name: String
        let section: String
        let certs: [String]
        let crls: [String]
        let initialPolicySet: [String]
        let initialExplicitPolicy: Bool
        let initialPolicyMappingInhibit: Bool
        let initialInhibitAnyPolicy: Bool
        let shouldValidate: Bool
        let userConstrainedPolicySet: [String]
    }

    let validationTime: String
    let policyOids: [String: String]
    let tests: [Case]
    let certs: [String: String]
    let crls: [String: String]

    static func read() throws -> PKITSSuite {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            PKITSSuite.self, from: Data(try PublishedVectors.read("pkits/pkits-part.json.gz")))
    }

    /// The policies that the path is valid for.
    func policies(of one: Case) throws -> Set<String> {
        let chain = try one.certs.map { try Self.bytes(certs[$0]) }
        // A list that cannot be read says nothing.
        let lists = try one.crls.map { try Self.bytes(crls[$0]) }.compactMap { try? CertificateList(der: $0) }
        let expectation = Expectation(
            .any, revocation: .required,
            policies: PolicyExpectation(
                initialPolicies: Set(one.initialPolicySet.compactMap { identifier($0) }),
                requiresExplicitPolicy: one.initialExplicitPolicy,
                inhibitsPolicyMapping: one.initialPolicyMappingInhibit,
                inhibitsAnyPolicy: one.initialInhibitAnyPolicy))
        let verifier = Verifier(
            anchors: [TrustAnchor(try Certificate(der: chain[0]))], sources: RevocationSources(lists: lists),
            profile: .rfc5280)
        let peer = try verifier.verify(
            PresentedChain(der: chain.dropFirst().reversed()), expecting: expectation, at: try moment())
        return Set(peer.path.policies.map(\.description))
    }

    func dotted(_ name: String) -> String { policyOids[name] ?? name }

    private func identifier(_ name: String) -> SymbolonCertificates.ObjectIdentifier? {
        SymbolonCertificates.ObjectIdentifier(dotted: dotted(name))
    }

    private static func bytes(_ text: String?) throws -> [UInt8] {
        guard let data = text.flatMap({ Data(base64Encoded: $0) }) else { throw CocoaError(.fileReadCorruptFile) }
        return Array(data)
    }

    private func moment() throws -> Date {
        let formatter = ISO8601DateFormatter()
        guard let date = formatter.date(from: validationTime) else { throw CocoaError(.fileReadCorruptFile) }
        return date
    }
}
