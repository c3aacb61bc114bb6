import SymbolonCertificates
import SymbolonNames

/// A name as text and as DER, put to every reader of names.
struct FuzzedName {
    private let input: [UInt8]

    init(_ input: [UInt8]) {
        self.input = input
    }

    func read() {
        let text = String(decoding: input, as: UTF8.self)
        readsItself(DNSName.self, text)
        readsItself(DNSPattern.self, text)
        readsItself(IPAddress.self, text)
        readsItself(IPNetwork.self, text)
        readsItself(Mailbox.self, text)
        readsItself(TrustDomain.self, text)
        readsItself(SPIFFEID.self, text)
        readsItself(URIName.self, text)
        readsItself(SubjectName.self, text)
        readsItself(ReferenceName.self, text)
        if let name = try? DNSName(operatorInput: text) { precondition((try? DNSName(name.description)) == name) }
        match(text)
        constrain(text)
        compare()
    }

    /// What a name prints is read as the same name.
    private func readsItself<Name: TextualName>(_ kind: Name.Type, _ text: String) {
        guard let name = try? Name(text) else { return }
        guard let again = try? Name(name.description), again == name else {
            preconditionFailure("\(kind) prints \(name.description), which is read as another")
        }
    }

    /// A name that is presented as it is expected, unless a wildcard or a constraint stands in its place.
    private func match(_ text: String) {
        guard let expected = try? ReferenceName(text), let presented = try? SubjectName(text) else { return }
        precondition(expected.matches(presented))
    }

    private func constrain(_ text: String) {
        let subtrees = [
            (try? DNSSubtree(text)).map(NameSubtree.dns), (try? MailSubtree(text)).map(NameSubtree.mail),
            (try? URISubtree(text)).map(NameSubtree.uri), (try? IPNetwork(text)).map(NameSubtree.ip),
            (try? IPNetwork(bytes: input)).map(NameSubtree.ip),
        ].compactMap(\.self)
        let names = ["dns:", "ip:", "mail:", "uri:", ""].compactMap { try? SubjectName($0 + text) }
        for subtree in subtrees {
            for name in names {
                _ = NameConstraints(permitted: [subtree]).violation(by: name)?.explanation
                _ = NameConstraints(excluded: [subtree]).violation(by: name)?.explanation
            }
        }
    }

    /// Two directory names one after the other.
    private func compare() {
        var reader = DERReader(input)
        guard let first = try? DistinguishedName(&reader) else { return }
        _ = (first.description, first.folded)
        guard let second = try? DistinguishedName(&reader) else { return }
        precondition((first == second) == (second == first))
        if first == second { precondition(first.hashValue == second.hashValue && first.folded == second.folded) }
    }
}
