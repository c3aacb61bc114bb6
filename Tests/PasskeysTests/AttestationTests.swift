import Crypto
import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonVerification
import SymbolonWire
import Testing

@testable import SymbolonCertificates
@testable import SymbolonPasskeys

@Suite("WebAuthn Level 3 §8: who vouches for an authenticator")
struct AttestationTests {
    private typealias Device = SoftwareAuthenticator
    private static let model = [UInt8](repeating: 7, count: 16)
    private static let modelExtension = ObjectIdentifier(1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4)
    private let challenge = PasskeyChallenge()

    /// A maker's certificate as §8.2.1 wants it, and what a test spoils of it.
    private struct Maker {
        var pki = TestPKI.goodChain()
        var leaf: CertificateSpec
        var signer = TestKeys.key("maker")
        var algorithm = -7

        init() throws {
            let subject = DistinguishedName(
                texts: [
                    (.countryName, "SE"), (.organizationName, "Maker"),
                    (.organizationalUnitName, "Authenticator Attestation"), (.commonName, "Model 7"),
                ])
            leaf = CertificateSpec(
                subject: subject, serialNumber: [9], validFrom: noon - 1, until: noon + 1_000,
                key: TestKeys.key("maker"))
            leaf.basicConstraints = BasicConstraints(isAuthority: false)
            leaf.otherExtensions = [
                Extension(
                    AttestationTests.modelExtension, isCritical: false, value: [0x04, 16] + AttestationTests.model)
            ]
        }

        var chain: [CBORValue] { [.octets(leaf.der(signedBy: pki.issuing)), .octets(pki.issuingDER)] }
    }

    private func verified(
        at policy: AttestationPolicy = .notAsked, _ statement: Device.Statement
    ) throws -> AttestationKind {
        let site = RelyingParty(id: "bank.example", origins: Device.site.origins, attestation: policy)
        return try site.verify(
            Device().registered(challenge, statement), answering: challenge, for: Device.user, at: noon
        ).passkey.attestation
    }

    private func packed(_ maker: Maker) -> Device.Statement {
        { data, hash in
            (
                "packed",
                .map([
                    .text("alg"): .int(maker.algorithm), .text("sig"): .octets(try maker.signer.sign(data + hash)),
                    .text("x5c"): .array(maker.chain),
                ])
            )
        }
    }

    private func expect(
        _ flaw: AttestationFlaw, _ spoil: (inout Maker) throws -> Void, _ place: SourceLocation = #_sourceLocation
    ) throws {
        var maker = try Maker()
        try spoil(&maker)
        #expect(throws: PasskeyFailure.attestation(format: "packed", flaw), sourceLocation: place) {
            try verified(packed(maker))
        }
    }

    @Test("§8.2: by a maker's key; P13: believed only where an anchor vouches, and required where policy says so")
    func packedChain() throws {
        let maker = try Maker()
        let anchors = [TrustAnchor(maker.pki.anchor)]
        let others = [TrustAnchor(try Certificate(der: Maker().pki.leaf.selfSigned()))]
        let vouched = AttestationKind.vouched(anchor: maker.pki.anchor.subject.description)
        #expect(try verified(packed(maker)) == .unvouched)
        #expect(try verified(at: .asked(anchors: anchors), packed(maker)) == vouched)
        #expect(try verified(at: .asked(anchors: others), packed(maker)) == .unvouched)
        #expect(try verified(at: .required(anchors: anchors, models: nil), packed(maker)) == vouched)
        let model = try #require(AuthenticatorModel("07070707-0707-0707-0707-070707070707"))
        #expect(try verified(at: .required(anchors: anchors, models: [model]), packed(maker)) == vouched)
        #expect(throws: PasskeyFailure.modelNotAllowed(model)) {
            try verified(at: .required(anchors: anchors, models: []), packed(maker))
        }
        #expect {
            try verified(at: .required(anchors: others, models: nil), packed(maker))
        } throws: { if case PasskeyFailure.attestationUntrusted = $0 { true } else { false } }
        var late = maker
        late.leaf.notAfter = noon - 1
        late.leaf.notBefore = noon - 2
        #expect {
            try verified(at: .required(anchors: anchors, models: nil), packed(late))
        } throws: { if case PasskeyFailure.attestationUntrusted = $0 { true } else { false } }
        let required = AttestationPolicy.required(anchors: anchors, models: nil)
        #expect(throws: PasskeyFailure.attestationRequired(had: .none)) {
            try verified(at: required, Device.noStatement)
        }
        #expect(throws: PasskeyFailure.attestationRequired(had: .selfSigned)) {
            try verified(at: required) { data, hash in
                ("packed", .map([.text("alg"): .int(-7), .text("sig"): .octets(try Device().key.sign(data + hash))]))
            }
        }
    }

    @Test("§8.2: by its own key, and by none")
    func selfSigned() throws {
        func statement(_ algorithm: Int, _ key: SigningKey) -> Device.Statement {
            { data, hash in
                ("packed", .map([.text("alg"): .int(algorithm), .text("sig"): .octets(try key.sign(data + hash))]))
            }
        }
        #expect(try verified(statement(-7, Device().key)) == .selfSigned)
        #expect(throws: PasskeyFailure.attestation(format: "packed", .signature)) {
            try verified(statement(-7, TestKeys.key("another")))
        }
        #expect(throws: PasskeyFailure.attestation(format: "packed", .algorithm(-35))) {
            try verified(statement(-35, Device().key))
        }
        #expect(throws: PasskeyFailure.attestation(format: "packed", .algorithm(-65_535))) {
            try verified(statement(-65_535, Device().key))
        }
        #expect(throws: PasskeyFailure.attestation(format: "packed", .member("sig"))) {
            try verified { _, _ in ("packed", .map([.text("alg"): .int(-7)])) }
        }
        #expect(throws: PasskeyFailure.attestation(format: "packed", .member("alg"))) {
            try verified { _, _ in ("packed", .map([.text("sig"): .octets([])])) }
        }
    }

    @Test("§8.2.1: a maker's certificate that is not as it should be")
    func certificateForm() throws {
        try expect(.signature) { $0.signer = TestKeys.key("another") }
        try expect(.algorithm(-257)) { $0.algorithm = -257 }
        try expect(.certificateForm("is not of version 3")) {
            $0.leaf.version = 1
            $0.leaf.basicConstraints = nil
            $0.leaf.otherExtensions = []
            $0.leaf.subjectKeyIdentifier = nil
            $0.leaf.authorityKeyIdentifier = .absent
        }
        try expect(.certificateForm("does not say that it is no authority's")) { $0.leaf.isAuthority = true }
        try expect(.certificateForm("does not say that it is no authority's")) { $0.leaf.basicConstraints = nil }
        try expect(.certificateForm("is not for attestations")) {
            $0.leaf.subject = DistinguishedName(
                texts: [
                    (.countryName, "SE"), (.organizationName, "Maker"), (.organizationalUnitName, "Servers"),
                    (.commonName, "Model 7"),
                ])
        }
        try expect(.certificateForm("does not name country, maker and itself")) {
            $0.leaf.subject = DistinguishedName(
                texts: [(.organizationName, "Maker"), (.organizationalUnitName, "Authenticator Attestation")])
        }
        try expect(.mismatch("model")) {
            $0.leaf.otherExtensions = [
                Extension(Self.modelExtension, isCritical: false, value: [0x04, 16] + [UInt8](repeating: 8, count: 16))
            ]
        }
        try expect(.certificateForm("has its model in a critical extension")) {
            $0.leaf.otherExtensions = [
                Extension(Self.modelExtension, isCritical: true, value: [0x04, 16] + Self.model)
            ]
        }
        // One that names no model may be any model's.
        var plain = try Maker()
        plain.leaf.otherExtensions = []
        #expect(try verified(packed(plain)) == .unvouched)
        #expect(throws: PasskeyFailure.attestation(format: "packed", .certificate(at: 0))) {
            try verified { _, _ in
                (
                    "packed",
                    .map([.text("alg"): .int(-7), .text("sig"): .octets([]), .text("x5c"): .array([.octets([1])])])
                )
            }
        }
        #expect(throws: PasskeyFailure.attestation(format: "packed", .member("x5c"))) {
            try verified { _, _ in
                ("packed", .map([.text("alg"): .int(-7), .text("sig"): .octets([]), .text("x5c"): .array([])]))
            }
        }
    }

    @Test("§8.6: of a U2F authenticator")
    func universalSecondFactor() throws {
        let maker = try Maker()
        func statement(
            key: SigningKey = TestKeys.key("maker"), chain: [CBORValue]? = nil, id: [UInt8] = Device().id
        ) -> Device.Statement {
            { data, hash in
                guard case .point(_, let x, let y)? = Device().key.publicKey.numbers else { return ("none", .null) }
                let signed = [0] + data.prefix(32) + hash + id + [4] + x + y
                return (
                    "fido-u2f",
                    .map([
                        .text("sig"): .octets(try key.sign(signed)), .text("x5c"): .array(chain ?? [maker.chain[0]]),
                    ])
                )
            }
        }
        func refused(_ flaw: AttestationFlaw, _ statement: Device.Statement, _ place: SourceLocation = #_sourceLocation)
        {
            #expect(throws: PasskeyFailure.attestation(format: "fido-u2f", flaw), sourceLocation: place) {
                try verified(statement)
            }
        }
        #expect(try verified(statement()) == .unvouched)
        refused(.signature, statement(key: TestKeys.key("another")))
        refused(.signature, statement(id: Array("another passkey's id".utf8)))
        refused(.certificateForm("is not alone"), statement(chain: maker.chain))
        var large = maker
        large.leaf.use(TestKeys.key("maker", .p384))
        refused(.certificateForm("has no P-256 key"), statement(chain: [large.chain[0]]))
    }
}

extension DistinguishedName {
    init(texts: [(ObjectIdentifier, String)]) {
        self.init(texts.map { Attribute(type: $0, value: .utf8($1)) })
    }
}
