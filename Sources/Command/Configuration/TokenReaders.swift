import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy
import Yams

/// Reads what stands below `token:`, how a service is told who is there.
enum BackendTokenReader {
    static func read(
        _ node: Node, _ path: String, _ fault: (Node, String) -> Void
    ) -> (BackendToken?, keys: String?) {
        guard let mapping = node.mapping else {
            fault(node, "\(path): below it stand keys (a file), and perhaps audience and life (seconds)")
            return (nil, nil)
        }
        var (token, keys) = (BackendToken(), String?.none)
        for (key, value) in mapping {
            let name = key.string ?? ""
            let text = value.scalar?.string ?? ""
            switch name {
            case "audience" where !text.isEmpty: token.audience = text
            case "keys" where !text.isEmpty: keys = text
            case "life":
                guard let life = value.string.flatMap({ Int($0) }), BackendToken.lives.contains(life) else {
                    let lives = BackendToken.lives
                    fault(value, "\(path).life: a whole number from \(lives.lowerBound) to \(lives.upperBound)")
                    continue
                }
                token.life = life
            case "audience", "keys": fault(value, "\(path).\(name): expected a text")
            default: fault(key, "\(path): \"\(name.printable)\" is not known here; known are audience, keys, life")
            }
        }
        if keys == nil, mapping["keys"] == nil {
            fault(node, "\(path).keys is missing: the file in which the service finds the keys of its tokens (JWKS)")
        }
        return (token, keys)
    }
}

/// Reads what stands below `tokens:`, whose tokens are believed of persons.
enum IssuerReader {
    private static let known = ["issuer", "audience", "keys", "person", "assurance"]

    static func read(
        _ node: Node, _ path: String, _ fault: (Node, String) -> Void
    ) -> [RunConfiguration.IssuerPlace] {
        guard let list = node.sequence, !list.isEmpty else {
            fault(node, "\(path): expected a list (lines that begin with `- issuer: …`)")
            return []
        }
        var places: [RunConfiguration.IssuerPlace] = []
        for (index, entry) in list.enumerated() {
            let place = "\(path)[\(index)]"
            guard let issuer = issuer(entry, place, fault) else { continue }
            if places.contains(where: { $0.issuer == issuer.issuer }) {
                fault(entry, "\(place).issuer: \"\(issuer.issuer.printable)\" stands here twice")
            }
            places.append(issuer)
        }
        return places
    }

    private static func issuer(
        _ node: Node, _ path: String, _ fault: (Node, String) -> Void
    ) -> RunConfiguration.IssuerPlace? {
        guard let mapping = node.mapping else {
            fault(node, "\(path): expected `key: value` lines (\(known.joined(separator: ", ")))")
            return nil
        }
        var texts: [String: String] = [:]
        var assurances: [String: Assurance] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard known.contains(name) else {
                fault(
                    key,
                    "\(path): \"\(name.printable)\" is not known here; known are \(known.joined(separator: ", "))")
                continue
            }
            if name == "assurance" {
                assurances = self.assurances(value, "\(path).assurance", fault)
            } else if let text = value.scalar?.string, !text.isEmpty {
                texts[name] = text
                if name == "person" { check(person: text, value, path, fault) }
            } else {
                fault(value, "\(path).\(name): expected a text")
            }
        }
        for name in ["issuer", "audience", "keys"] where mapping[Node(name)] == nil {
            fault(node, "\(path).\(name) is missing")
        }
        guard let issuer = texts["issuer"], let audience = texts["audience"], let keys = texts["keys"] else {
            return nil
        }
        var place = RunConfiguration.IssuerPlace(
            issuer: issuer, audience: audience, keys: keys, assurances: assurances)
        if let person = texts["person"] { place.person = person }
        return place
    }

    /// Whichever the domain is: that is known later.
    private static func check(person: String, _ node: Node, _ path: String, _ fault: (Node, String) -> Void) {
        do throws(PersonFailure) {
            _ = try PersonReading(person, in: try? TrustDomain("unnamed.invalid"))
        } catch {
            fault(node, "\(path).person: \(error.explanation)")
        }
    }

    private static func assurances(
        _ node: Node, _ path: String, _ fault: (Node, String) -> Void
    ) -> [String: Assurance] {
        let words = Assurance.allCases.map(\.rawValue).joined(separator: " or ")
        guard let mapping = node.mapping else {
            fault(node, "\(path): what the issuer's words for a proof (acr) are worth: lines of a word and \(words)")
            return [:]
        }
        var assurances: [String: Assurance] = [:]
        for (key, value) in mapping {
            guard let word = key.string, let assurance = value.string.flatMap(Assurance.init(rawValue:)) else {
                fault(value, "\(path): it is worth \(words)")
                continue
            }
            assurances[word] = assurance
        }
        return assurances
    }
}
