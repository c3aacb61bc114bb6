import SymbolonKeys
import SymbolonNames
import SymbolonWire

/// Conditions as they are written, by one way whether a file or a program writes them.
enum ConditionText {
    /// - Parameter texts: at least one.
    static func condition(
        _ kind: Condition.Kind, _ texts: [String], in domain: TrustDomain?
    ) throws(PolicyFault) -> Condition {
        switch kind {
        case .identity: .identity(try all(texts) { text throws(PolicyFault) in try identity(text, in: domain) })
        case .service: .service(Set(try all(texts, service)))
        case .profile: .profile(Set(try all(texts, profile)))
        case .issuer: .issuer(try all(texts, issuer))
        case .key: .key(try all(texts, key).reduce(into: []) { $0.formUnion($1) })
        case .network: .network(try all(texts, network))
        case .method: .method(Set(try all(texts, method)))
        case .path: .path(try all(texts, path))
        case .assurance: .assurance(atLeast: try one(texts, assurance))
        case .posture: .posture(Set(try all(texts, signal)))
        case .connections: .connections(below: try one(texts, count))
        case .rate: try one(texts, rate)
        case .certificateAge: .certificateAge(below: Double(try one(texts, span)))
        case .proofAge: .proofAge(below: Double(try one(texts, span)))
        case .time: throw PolicyFault("a time is written with days, hours, zone, from and until")
        }
    }

    private static func all<Value>(
        _ texts: [String], _ read: (String) throws(PolicyFault) -> Value
    ) throws(PolicyFault) -> [Value] {
        var values: [Value] = []
        for text in texts { values.append(try read(text)) }
        return values
    }

    private static func one<Value>(
        _ texts: [String], _ read: (String) throws(PolicyFault) -> Value
    ) throws(PolicyFault) -> Value {
        guard texts.count == 1 else { throw PolicyFault("there are \(texts.count) values, and there is one") }
        return try read(texts[0])
    }

    static func identity(_ text: String, in domain: TrustDomain?) throws(PolicyFault) -> IdentityPattern {
        do throws(PatternFailure) {
            return try IdentityPattern(text, defaultDomain: domain)
        } catch {
            throw PolicyFault(error.explanation)
        }
    }

    private static func service(_ text: String) throws(PolicyFault) -> String {
        guard !text.contains(where: { "*/:".contains($0) || $0.isWhitespace }) else {
            throw PolicyFault(
                "\"\(NameText.shown(text))\" is no short name of a service; write it as protect has it, or leave the line "
                    + "out for every service")
        }
        return text
    }

    static func profile(_ text: String) throws(PolicyFault) -> CertificateKind {
        guard let kind = CertificateKind(rawValue: text) else {
            throw PolicyFault(unknown(text, CertificateKind.allCases.map(\.rawValue)))
        }
        return kind
    }

    static func issuer(_ text: String) throws(PolicyFault) -> IssuerPattern {
        let prefix = "sha256:"
        guard text.hasPrefix(prefix) else {
            do throws(NameFailure) {
                return .domain(try TrustDomain(text))
            } catch {
                throw PolicyFault(
                    "\(error.explanation); write a trust domain, or sha256: and the 64 digits of the issuer's key")
            }
        }
        guard let octets = try? Hex.decode(text.dropFirst(prefix.count)), let key = try? KeyFingerprint(octets) else {
            throw PolicyFault("sha256: is followed by the 64 hexadecimal digits of the issuer's key")
        }
        return .key(key)
    }

    static func key(_ text: String) throws(PolicyFault) -> KeyProtection {
        guard let (_, protection) = KeyProtection.words.first(where: { $0.0 == text }) else {
            throw PolicyFault(unknown(text, KeyProtection.words.map(\.0)))
        }
        return protection
    }

    private static func network(_ text: String) throws(PolicyFault) -> IPNetwork {
        do throws(NameFailure) {
            guard !text.contains("/") else { return try IPNetwork(text) }
            let address = try IPAddress(text)
            return try IPNetwork(containing: address, prefixLength: address.version.bits)
        } catch {
            throw PolicyFault(error.explanation)
        }
    }

    /// RFC 9110 §9.1: a token, whose case counts; those that are registered are upper case.
    static func method(_ text: String) throws(PolicyFault) -> String {
        guard text.utf8.allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x2D }) else {
            throw PolicyFault(
                "\"\(NameText.shown(text))\" is no method; methods are upper case: \(NameText.shown(text.uppercased()))"
            )
        }
        return text
    }

    private static func path(_ text: String) throws(PolicyFault) -> PathPattern {
        do throws(PathFailure) {
            return try PathPattern(text)
        } catch {
            throw PolicyFault("\"\(NameText.shown(text))\": \(error.explanation)")
        }
    }

    static func assurance(_ text: String) throws(PolicyFault) -> Assurance {
        guard let assurance = Assurance(rawValue: text) else {
            throw PolicyFault(unknown(text, Assurance.allCases.map(\.rawValue)))
        }
        return assurance
    }

    static func signal(_ text: String) throws(PolicyFault) -> PostureSignal {
        guard let signal = PostureSignal(text) else {
            throw PolicyFault(
                "\"\(NameText.shown(text))\" is no signal; write lower-case letters, digits and hyphens: disk-encrypted"
            )
        }
        return signal
    }

    static func count(_ text: String) throws(PolicyFault) -> Int {
        // A million: more than an end carries, and what is kept of arrivals is bounded by it.
        guard let count = Int(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            (1...1_000_000).contains(count)
        else { throw PolicyFault("\"\(NameText.shown(text))\" is no whole number from 1 to 1000000") }
        return count
    }

    /// 10,000 in a day: what is kept of arrivals for each identity.
    private static func rate(_ text: String) throws(PolicyFault) -> Condition {
        let words = text.split(separator: " ")
        guard words.count == 3, words[1] == "per", let limit = Int(words[0]), (1...10_000).contains(limit),
            let seconds = Span.parse(words[2]), seconds <= 86_400
        else {
            throw PolicyFault("\"\(NameText.shown(text))\" is no rate; write 100 per 1m: up to 10000, in a day at most")
        }
        return .rate(below: limit, seconds: seconds)
    }

    static func span(_ text: String) throws(PolicyFault) -> Int {
        guard let seconds = Span.parse(text) else {
            throw PolicyFault("\"\(NameText.shown(text))\" is no span; write a whole number and s, m, h or d: 8h")
        }
        return seconds
    }

    static func unknown(_ text: String, _ known: [String]) -> String {
        "\"\(NameText.shown(text))\" is not known; known are \(known.joined(separator: ", "))"
    }
}
