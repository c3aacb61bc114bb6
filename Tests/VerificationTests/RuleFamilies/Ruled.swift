import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification
import Testing

/// One member of a family of rules: a chain, and what each profile says of it.
struct Ruled: Sendable, CustomTestStringConvertible {
    let testDescription: String
    private let purpose: Purpose
    private let names: [String]
    /// The reason of the refusal; nil: accepted.
    private let rfc5280: String?
    private let strict: String?
    private let build: @Sendable (inout TestPKI) throws -> [[UInt8]]

    /// The leaf and the issuing certificate are presented, as changed. Both profiles say the same.
    init(
        _ description: String, _ reason: String?, for purpose: Purpose = .server, as names: [String] = [],
        _ spoil: @escaping @Sendable (inout TestPKI) throws -> Void
    ) {
        self.init(description, rfc5280: reason, strict: reason, for: purpose, as: names, spoil)
    }

    init(
        _ description: String, rfc5280: String?, strict: String?, for purpose: Purpose = .server,
        as names: [String] = [], _ spoil: @escaping @Sendable (inout TestPKI) throws -> Void
    ) {
        self.init(presenting: description, rfc5280: rfc5280, strict: strict, for: purpose, as: names) { chain in
            try spoil(&chain)
            return chain.der
        }
    }

    init(
        presenting description: String, rfc5280: String?, strict: String?, for purpose: Purpose = .server,
        as names: [String] = [], _ build: @escaping @Sendable (inout TestPKI) throws -> [[UInt8]]
    ) {
        self.testDescription = description
        self.purpose = purpose
        self.names = names
        self.rfc5280 = rfc5280
        self.strict = strict
        self.build = build
    }

    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        for (profile, expected) in [(VerificationProfile.rfc5280, rfc5280), (.strict, strict)] {
            var chain = TestPKI.goodChain()
            let presented = try build(&chain)
            let found: String?
            do {
                // An anchor that cannot be read is not there.
                let anchors = (try? Certificate(der: chain.rootDER)).map { [TrustAnchor($0, for: domain)] } ?? []
                try verify(presented, trusting: anchors, for: purpose, as: names, profile: profile)
                found = nil
            } catch let refusal as Refusal {
                found = refusal.reason
            }
            #expect(found == expected, "\(profile.name)", sourceLocation: sourceLocation)
        }
    }
}

extension CertificateSpec {
    /// Puts `value` where the extension's own octets would stand, and the extension there if it is not.
    mutating func set(_ identifier: ObjectIdentifier, isCritical: Bool, to value: [UInt8]) {
        otherExtensions.removeAll { $0.identifier == identifier }
        otherExtensions.append(Extension(identifier, isCritical: isCritical, value: value))
    }
}
