import Foundation
public import SymbolonCertificates
import SymbolonKeys
import Synchronization
import Testing

/// Makes papers of every kind: the authority's own, what it was made to sign, and what strangers sign in its name.
public final class Wardrobe: Sendable {
    public let machine: Machine
    public let authority: HomeAuthority
    /// `laptop`, as the authority issued it.
    public let honest: Papers
    /// Another of `laptop`, which the authority has revoked.
    public let revoked: Papers
    private let count = Atomic<UInt64>(0)

    public init(_ machine: Machine) throws {
        self.machine = machine
        revoked = try Self.revoked("laptop", "client", to: "revoked", machine)
        honest = try Self.issue("laptop", "client", to: "honest", machine)
        authority = try HomeAuthority(
            home: machine.home, chain: honest.certificate, anchors: machine.folder.file("honest/anchors.pem"))
    }

    // MARK: The authority's

    /// Issued and exported by the command.
    public func issued(_ name: String, _ profile: String) throws -> Papers {
        try Self.issue(name, profile, to: "issued\(next())", machine)
    }

    /// Issued, exported and then revoked by the command: this certificate, and no other of the name.
    public func revoked(_ name: String, _ profile: String) throws -> Papers {
        try Self.revoked(name, profile, to: "revoked\(next())", machine)
    }

    private static func revoked(
        _ name: String, _ profile: String, to place: String, _ machine: Machine
    ) throws -> Papers {
        let papers = try issue(name, profile, to: place, machine)
        let text = try String(contentsOfFile: papers.chain, encoding: .utf8)
        let leaf = try #require(try CertificateBundle(pem: text).certificates.first)
        try machine.done("identity", "revoke", "\(leaf.serialNumber)")
        return papers
    }

    private static func issue(
        _ name: String, _ profile: String, to place: String, _ machine: Machine
    ) throws -> Papers {
        try machine.done("identity", "issue", name, "--profile", profile)
        let files = try machine.export(name, to: place)
        return Papers(chain: files.chain, key: files.key)
    }

    // MARK: Signed with the authority's key

    /// A leaf for `laptop` that is good but for what is spoiled; with it go the issuing certificate, or these.
    public func signed(
        beside others: [[UInt8]]? = nil, by issuer: CertificateSpec? = nil, _ spoil: (inout CertificateSpec) -> Void
    ) throws -> Papers {
        var leaf = leaf("laptop")
        spoil(&leaf)
        return try papers(leaf, signedBy: issuer ?? authority.issuing, beside: others ?? [authority.issuingDER])
    }

    public func leaf(_ name: String, for purpose: KeyPurpose = .clientAuth) -> CertificateSpec {
        HomeAuthority.leaf(name, for: purpose, serialNumber: next())
    }

    public func papers(
        _ leaf: CertificateSpec, signedBy issuer: CertificateSpec, beside others: [[UInt8]] = [],
        key: [UInt8]? = nil
    ) throws -> Papers {
        try papers(leaf.der(signedBy: issuer), beside: others, key: key ?? leaf.key.readable)
    }

    public func papers(_ leaf: [UInt8], beside others: [[UInt8]] = [], key: [UInt8]) throws -> Papers {
        try Papers(leaf, beside: others, key: key, to: machine.folder, as: "papers\(next())")
    }

    /// Another certificate of the issuing authority: good but for what is spoiled.
    public func issuing(_ spoil: (inout CertificateSpec) -> Void = { _ in }) -> CertificateSpec {
        var one = TestPKI.goodChain().issuing
        one.subject = authority.issuing.subject
        one.use(authority.issuing.key)
        one.serialNumber = [0x7D] + (0..<8).map { [number = next()] in UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        one.isValidNow()
        spoil(&one)
        return one
    }

    /// The honest client's papers, from an issuing authority that is good but for what is spoiled.
    public func signedByIssuing(_ spoil: (inout CertificateSpec) -> Void) throws -> Papers {
        let issuing = issuing(spoil)
        return try signed(beside: [issuing.der(signedBy: authority.root)], by: issuing) { _ in }
    }

    // MARK: A stranger's

    /// An authority with keys of its own, for a leaf of the honest client's names.
    public func stranger(copyingNames: Bool) -> TestPKI {
        var other = TestPKI.goodChain()
        other.root.use(TestKeys.key("stranger's root"))
        other.issuing.use(TestKeys.key("stranger's issuing"))
        if copyingNames {
            other.root.subject = authority.root.subject
            other.issuing.subject = authority.issuing.subject
        }
        other.root.isValidNow()
        other.issuing.isValidNow()
        other.leaf = leaf("laptop")
        return other
    }

    private func next() -> UInt64 { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
