public import SymbolonKeys
public import SymbolonNames
import SymbolonTokens
import SymbolonWire

/// What came as a statement of who may pass; nothing of it is believed.
public struct PresentedPolicy: Sendable {
    public let octets: [UInt8]
    private let envelope: FlattenedJWS

    public init(_ octets: [UInt8]) throws(PolicyStatementFailure) {
        envelope = try PolicyStatement.presented(octets)
        self.octets = octets
    }

    /// The authority's own key signed it, for its own trust domain.
    /// - Parameter signers: that the authority signs with, as far as they are believed.
    public func verify(
        by signers: [PublicKey], of trustDomain: TrustDomain
    ) throws(PolicyStatementFailure) -> VerifiedPolicy {
        let type = envelope.header["typ"]?.string
        guard type == PolicyStatement.type || type == PolicyStatement.emergencyType else { throw .type }
        guard let name = envelope.header["kid"]?.string else { throw .signature(.header("kid")) }
        guard let signer = signers.first(where: { $0.fingerprint.description == name }) else {
            throw .strangeSigner(name)
        }
        do throws(JWSFailure) {
            try envelope.verify(by: signer)
        } catch {
            throw .signature(error)
        }
        let statement = try PolicyStatement(
            payload: envelope.payload, isEmergency: type == PolicyStatement.emergencyType)
        guard statement.trustDomain == trustDomain else { throw .otherDomain(statement.trustDomain) }
        return VerifiedPolicy(statement, octets: octets, signer: signer)
    }
}

/// A statement whose signature was checked. Only `PresentedPolicy` makes one.
public struct VerifiedPolicy: Sendable {
    public let statement: PolicyStatement
    /// As it came.
    public let octets: [UInt8]
    public let signer: PublicKey

    init(_ statement: PolicyStatement, octets: [UInt8], signer: PublicKey) {
        self.statement = statement
        self.octets = octets
        self.signer = signer
    }

    public var numbers: PolicyNumbers { statement.numbers }

    /// Whether this takes the place of what is in force: a later one does, and the same one is no news.
    ///
    /// - Throws: `older` for what was in force before, or never together, and `another` for something else under the same
    ///   numbers: versions never go back, and each is one text.
    public func replaces(_ known: VerifiedPolicy?) throws(PolicyStatementFailure) -> Bool {
        guard let known else { return true }
        if numbers.follow(known.numbers) { return true }
        guard numbers == known.numbers else { throw .older(numbers, known: known.numbers) }
        guard statement.text == known.statement.text, statement.groups == known.statement.groups,
            statement.emergencies == known.statement.emergencies
        else {
            throw .another(numbers)
        }
        return false
    }
}
