public import SymbolonEnrollment
public import SymbolonNames

/// Asks the name servers whether a domain lets this authority certify it: RFC 8659 and RFC 8657.
///
/// Without an answer there is no leave: a domain that must not be certified would else be, whenever its servers are silent.
public struct DNSCAACheck: CAACheck {
    private let resolver: Resolver
    private let issuers: Set<String>

    /// - Parameter issuers: the issuer domain names by which domains know this authority (RFC 8659 §4.2).
    public init(issuers: Set<DNSName>, resolver: Resolver) {
        self.issuers = Set(issuers.map(\.description))
        self.resolver = resolver
    }

    public func check(_ question: CAAQuestion) async throws(ValidationFailure) {
        // RFC 8738 has none for addresses.
        guard case .dns(let pattern) = question.identifier else { return }
        guard let (domain, records) = try await relevantSet(of: pattern.base) else { return }
        if let unknown = records.first(where: { $0.isCritical && !Self.known.contains($0.tag) }) {
            // RFC 8659 §4.1.
            throw Self.refusal(
                "CAA of \(domain) has the critical property \"\(unknown.tag)\", which this authority does not know")
        }
        // RFC 8659 §4.3: issuewild, where there is one, is all that counts for a wildcard.
        let wild = records.filter { $0.tag == "issuewild" }
        let counting = pattern.isWildcard && !wild.isEmpty ? wild : records.filter { $0.tag == "issue" }
        guard !counting.isEmpty else { return }
        let isPermitted = counting.contains { record in
            IssueProperty(record.value)?.permits(
                issuers, accountURL: question.accountURL, method: question.method.rawValue) ?? false
        }
        guard isPermitted else {
            throw Self.refusal(
                "CAA of \(domain) does not let \(issuers.sorted().joined(separator: ", ")) certify \(pattern) for this "
                    + "account by \(question.method.rawValue)")
        }
    }

    private static let known: Set<String> = ["issue", "issuewild", "iodef"]

    /// RFC 8659 §3: the set of the domain itself, or of the nearest one above that has any.
    private func relevantSet(of name: DNSName) async throws(ValidationFailure) -> (DNSName, [CAARecord])? {
        var domain: DNSName? = name
        while let here = domain {
            let found: [[UInt8]]
            do throws(ResolutionFailure) {
                found = try await resolver.records(.caa, at: WireName(here))
            } catch {
                throw ValidationFailure(.dns, "CAA of \(here): \(error.explanation)", isTransient: true)
            }
            if !found.isEmpty {
                let records = found.compactMap { CAARecord($0) }
                guard records.count == found.count else { throw Self.refusal("CAA of \(here) cannot be read") }
                return (here, records)
            }
            domain = here.parent
        }
        return nil
    }

    private static func refusal(_ detail: String) -> ValidationFailure {
        ValidationFailure(.caa, detail, isTransient: false)
    }
}
