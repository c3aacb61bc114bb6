internal import SymbolonAudit
public import SymbolonAuthority
internal import SymbolonCertificates
internal import SymbolonVerification

/// Performs operations here, in the process that has the authority's store.
///
/// Who asks is told once, when this is made; for a connection it is made anew with every request, so that a role that was
/// taken, or a certificate that was revoked, holds no longer than a request.
public struct LocalAdministration: Administration {
    /// The parts that an authority was opened with, found by their types.
    public struct Parts: Sendable {
        private var parts: [Swift.ObjectIdentifier: any Sendable] = [:]

        public init() {}

        public mutating func add<Part: Sendable>(_ part: Part) { parts[Swift.ObjectIdentifier(Part.self)] = part }

        func part<Part: Sendable>(_ type: Part.Type) -> Part? { parts[Swift.ObjectIdentifier(type)] as? Part }
    }

    /// What decides on callers, and writes down what they did.
    public struct Register: Sendable {
        let authority: IssuingAuthority
        let store: any AuthorityStore
        let operators: any OperatorStore

        public init(authority: IssuingAuthority, store: any AuthorityStore, operators: any OperatorStore) {
            self.authority = authority
            self.store = store
            self.operators = operators
        }
    }

    private let parts: Parts
    private let register: Register?
    private let caller: Caller

    public init(_ parts: Parts, register: Register, caller: Caller) {
        self.parts = parts
        self.register = register
        self.caller = caller
    }

    /// For a user of this machine who reads the store's file anyway: without the audit key nothing can be written down, and
    /// nothing but reading is among the parts.
    public init(readingFor user: String, _ reader: AuthorityReader, _ ends: EndDesk, _ policies: PolicyLibrary) {
        var parts = Parts()
        parts.add(reader)
        parts.add(ends)
        parts.add(policies)
        self.parts = parts
        register = nil
        caller = .keyholder(user)
    }

    public func perform<Operation: AdministrativeOperation>(
        _ operation: Operation
    ) async throws(AdministrationFailure) -> Operation.Answer {
        try await perform { () throws(AdministrationFailure) in operation }
    }

    /// The same with an operation that is still to be read: whether the caller may comes first, so that who may not learns
    /// nothing of what would have been right.
    public func perform<Operation: AdministrativeOperation>(
        reading read: () throws(AdministrationFailure) -> Operation
    ) async throws(AdministrationFailure) -> Operation.Answer {
        var subject = Operation.name
        do throws(AdministrationFailure) {
            let role = try await standing(for: Operation.access)
            guard let part = parts.part(Operation.Part.self) else { throw Self.notOffered(Operation.name) }
            let operation = try read()
            subject = operation.subject
            let answer = try await operation.perform(with: part, in: Call(caller: caller, role: role))
            if Operation.recording == .byCall { try await record(Operation.name, subject, nil) }
            return answer
        } catch {
            // The refusal stands whether or not it can be written down. Later is no refusal: who comes again and again fills
            // no record.
            if error.kind != .tooMany { try? await record(Operation.name, subject, error) }
            throw error
        }
    }

    private static func notOffered(_ operation: String) -> AdministrationFailure {
        AdministrationFailure(
            .notOffered, what: "\(operation) is not offered here",
            why: "this authority was opened without the part that does it")
    }

    // MARK: Who may

    /// Refuses a caller whose role is lower; for what is no operation. Nothing is written down.
    public func require(_ role: Role) async throws(AdministrationFailure) {
        _ = try await standing(for: .role(role))
    }

    private func standing(for access: Access) async throws(AdministrationFailure) -> Role? {
        guard case .peer(let peer, _) = caller else { return .administrator }
        guard let register else { throw Self.notOffered("administration by connection") }
        let standing: OperatorStanding?
        do {
            standing = try await register.operators.standing(of: peer.path.leaf.serialNumber)
        } catch {
            throw AdministrationFailure(error)
        }
        // An identity of a federated authority is known here and holds nothing.
        guard let standing, standing.certificate == peer.path.leaf.der, standing.identity == caller.identity else {
            throw AdministrationFailure(
                .forbidden, what: "\(caller.identity) is no live identity of this authority",
                mend: "come with a certificate that was issued here")
        }
        switch access {
        case .holder:
            return Self.isForOperators(standing) ? standing.role : nil
        case .role(let least):
            guard let role = standing.role, role >= least, Self.isForOperators(standing) else {
                throw Self.roleTooLow(caller.identity, standing.role, least)
            }
            return role
        }
    }

    /// Operators are people and the programs they run: what a service or a host proves by its certificate is another thing.
    private static func isForOperators(_ standing: OperatorStanding) -> Bool {
        [ProfileName.person.rawValue, ProfileName.client.rawValue].contains(standing.profile)
    }

    private static func roleTooLow(_ identity: String, _ role: Role?, _ least: Role) -> AdministrationFailure {
        AdministrationFailure(
            .forbidden, what: "\(identity) may not do this",
            why: "it takes the role \(least.rawValue), and yours is \(role?.rawValue ?? "none")",
            mend: "let an administrator give it: symbolon operator add NAME --role \(least.rawValue)")
    }

    // MARK: What was done

    private func record(
        _ operation: String, _ subject: String, _ failure: AdministrationFailure?
    ) async throws(AdministrationFailure) {
        guard let register else { return }
        var details = ["operation": operation]
        if case .peer(let peer, let address) = caller {
            details["proof"] = "certificate \(peer.path.leaf.fingerprint)"
            details["from"] = address
        } else {
            details["proof"] = "the authority's keys"
        }
        if let failure {
            details["kind"] = failure.kind.rawValue
            details["because"] = [failure.what, failure.why].compactMap { $0 }.joined(separator: ": ")
        }
        let event = AuditEvent(
            failure == nil ? .operationPerformed : .operationRefused, at: register.authority.now,
            actor: caller.actor, subject: String(subject.prefix(1024)), details: details)
        do {
            try await register.store.append(register.authority.sealed(event))
        } catch {
            throw AdministrationFailure(error)
        }
    }
}
