import SymbolonClients
import SymbolonProxy
import SymbolonVerification
import Yams

/// A place in a configuration file and what is wrong there.
struct ConfigurationFault: Error, Equatable, CustomStringConvertible {
    let file: String
    let line: Int
    let column: Int
    let message: String

    var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Every fault of a configuration file, so that all can be mended at once.
struct ConfigurationFaults: Error, Equatable {
    let faults: [ConfigurationFault]
}

extension Node {
    /// The document of a file.
    /// - Parameter content: what it needs, for whoever left it empty.
    static func compose(_ text: String, file: String, holding content: String) throws(ConfigurationFaults) -> Node {
        do {
            if let root = try Yams.compose(yaml: text) { return root }
        } catch let error as YamlError {
            throw ConfigurationFaults(faults: [ConfigurationFault(error, file: file)])
        } catch {
            throw ConfigurationFaults(faults: [.init(file: file, line: 1, column: 1, message: "\(error)")])
        }
        throw ConfigurationFaults(faults: [
            .init(file: file, line: 1, column: 1, message: "the file is empty; it needs \(content)")
        ])
    }
}

extension RunConfiguration {
    /// Reads a configuration as a whole: either every line is understood, or nothing is served and every fault is named.
    static func parse(yaml text: String, file: String) throws(ConfigurationFaults) -> RunConfiguration {
        let root = try Node.compose(text, file: file, holding: "a list under `protect:` or `reach:`")
        let reader = YAMLReader(file: file)
        let configuration = reader.configuration(root)
        guard reader.faults.isEmpty else {
            let inOrder = reader.faults.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
            throw ConfigurationFaults(faults: inOrder)
        }
        return configuration
    }
}

extension ConfigurationFault {
    init(_ error: YamlError, file: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(file: file, line: mark.line, column: mark.column, message: "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map { "\"\($0.printable)\"" }.joined(separator: ", ")
            self.init(
                file: file, line: context.mark.line, column: context.mark.column, message: "\(names) stands here twice")
        default:
            self.init(file: file, line: 1, column: 1, message: "not YAML: \(error)")
        }
    }
}

/// Walks the composed document and collects every fault with its place.
private final class YAMLReader {
    private(set) var faults: [ConfigurationFault] = []
    private let file: String

    init(file: String) { self.file = file }

    func configuration(_ root: Node) -> RunConfiguration {
        var result = RunConfiguration()
        let top = fields(
            of: root, named: "the configuration",
            allowed: [
                "home", "metrics", "traces", "revocation", "drain-time", "user", "confine", "protect", "reach",
            ])
        result.home = top["home"].flatMap { text($0, "home") }
        result.metrics = top["metrics"].flatMap { metrics($0) }
        result.traces = top["traces"].flatMap { TraceSettingsReader.read($0) { self.fault($0, $1) } }
        if let node = top["revocation"] { result.revocation = revocation(node) }
        result.drainTime = top["drain-time"].flatMap { span($0, "drain-time") }
        result.confinement.user = top["user"].flatMap { text($0, "user") }
        result.confinement.restricts = top["confine"].map { truth($0, "confine") } ?? false
        result.protected = list(top["protect"], "protect").compactMap { protected($0.0, $0.1) }
        result.doors = list(top["reach"], "reach").compactMap { door($0.0, $0.1) }
        if faults.isEmpty, result.protected.isEmpty, result.doors.isEmpty {
            fault(root, "nothing to serve: it needs a list under `protect:` or `reach:`")
        }
        refuseRepeats(top)
        if let node = top["protect"] { refuseSharedKeys(result.protected, node) }
        return result
    }

    private func truth(_ node: Node, _ path: String) -> Bool {
        if let truth = node.bool { return truth }
        fault(node, "\(path): true or false")
        return false
    }

    private func span(_ node: Node, _ path: String) -> Duration? {
        if let life = node.string.flatMap({ Life(argument: $0) }) { return life.duration }
        fault(node, "\(path): a whole number and s, m, h or d: 30s")
        return nil
    }

    private func protected(_ node: Node, _ path: String) -> RunConfiguration.Protected? {
        let entry = fields(
            of: node, named: path,
            allowed: [
                "name", "listen", "to", "allow", "policy", "proxy-protocol", "http", "backend-name", "backend-anchors",
                "backend-revocation", "backend-identity",
                "identity", "certificate", "key",
                "anchors", "revocation", "handshake-deadline", "tls",
            ])
        let name = required(entry, "name", in: node, path).flatMap { text($0, "\(path).name") }
        let listen = required(entry, "listen", in: node, path).map { addresses($0, "\(path).listen") } ?? []
        let backend = required(entry, "to", in: node, path).flatMap { backendPlace($0, "\(path).to") }
        let allow = entry["allow"].map { texts($0, "\(path).allow") } ?? []
        let policy = entry["policy"].flatMap { text($0, "\(path).policy") }.map(RunConfiguration.PolicyPlace.init)
        let header = entry["proxy-protocol"].map { backendHeader($0, "\(path).proxy-protocol") } ?? .none
        let read = entry["http"].map { HTTPServiceReader.read($0, "\(path).http") { self.fault($0, $1) } }
        let http = read?.service
        let tls = backend.flatMap { backendTLS(entry, to: $0, http, in: node, path) }
        if http != nil, header != .none {
            fault(
                entry["proxy-protocol"] ?? node,
                "\(path): the PROXY protocol is for streams; an http service says in each request who is there")
        }
        let options = options(entry, path)
        guard let source = identity(entry, in: node, path), let name, let backend, !listen.isEmpty else { return nil }
        return .init(
            name: name, listen: listen, backend: backend.place, allow: allow, policy: policy, backendHeader: header,
            http: http, tokenKeys: read?.tokenKeys, issuers: read?.issuers ?? [], backendTLS: tls, identity: source,
            options: options)
    }

    private func backendPlace(_ node: Node, _ path: String) -> BackendPlace? {
        guard let scalar = text(node, path) else { return nil }
        do {
            return try BackendPlace(scalar)
        } catch {
            fault(node, "\(path): \(error)")
            return nil
        }
    }

    private func backendTLS(
        _ entry: [String: Node], to place: BackendPlace, _ http: HTTPService?, in node: Node, _ path: String
    ) -> RunConfiguration.BackendTLS? {
        var given = RunConfiguration.BackendTLS.Given()
        given.name = entry["backend-name"].flatMap { text($0, "\(path).backend-name") }
        given.anchors = entry["backend-anchors"].flatMap { text($0, "\(path).backend-anchors") }
        given.revocation = entry["backend-revocation"].flatMap { mode($0, "\(path).backend-revocation") }
        if let node = entry["backend-identity"] {
            given.showsIdentity = node.string.flatMap(BackendIdentityShown.init).map { $0 == .own }
            if given.showsIdentity == nil { fault(node, "\(path).backend-identity: own, or none") }
        }
        do {
            return try .make(place, given, isHTTP: http != nil, isClear: http?.backend == .h2c)
        } catch {
            fault(entry["to"] ?? node, "\(path): \(error.description)")
            return nil
        }
    }

    private func backendHeader(_ node: Node, _ path: String) -> BackendHeader {
        if let header = node.string.flatMap(BackendHeader.init(rawValue:)) { return header }
        fault(node, "\(path): the version of the PROXY protocol's header that the service expects: v2, or none")
        return .none
    }

    private func door(_ node: Node, _ path: String) -> RunConfiguration.Door? {
        let entry = fields(
            of: node, named: path,
            allowed: [
                "name", "listen", "at", "as", "expect", "policy", "certificate", "key", "anchors", "revocation",
                "handshake-deadline", "tls",
            ])
        let name = required(entry, "name", in: node, path).flatMap { text($0, "\(path).name") }
        let listen = required(entry, "listen", in: node, path).flatMap { address($0, "\(path).listen") }
        let at = entry["at"].flatMap { address($0, "\(path).at") }
        let expect = entry["expect"].flatMap { text($0, "\(path).expect") }
        let policy = entry["policy"].flatMap { text($0, "\(path).policy") }.map(RunConfiguration.PolicyPlace.init)
        let options = options(entry, path)
        guard let source = identity(entry, in: node, path), let name, let listen else { return nil }
        return .init(
            name: name, listen: listen, at: at, expect: expect, policy: policy, identity: source, options: options)
    }

    private func options(_ entry: [String: Node], _ path: String) -> RunConfiguration.EndOptions {
        var options = RunConfiguration.EndOptions()
        if let node = entry["handshake-deadline"] {
            if let seconds = node.string.flatMap(Int.init), (1...120).contains(seconds) {
                options.handshakeDeadline = seconds
            } else {
                fault(node, "\(path).handshake-deadline: whole seconds from 1 to 120")
            }
        }
        if let node = entry["tls"] {
            switch node.string {
            case "1.3": break
            case "1.2": options.allowsTLS12 = true
            case "1.3-hybrid": options.demandsHybrid = true
            default:
                fault(
                    node,
                    "\(path).tls: the least that is spoken, \"1.3\" (the default), \"1.3-hybrid\" (with a hybrid key exchange"
                        + " alone) or \"1.2\"")
            }
        }
        if let node = entry["revocation"] { options.revocation = mode(node, "\(path).revocation") }
        return options
    }

    /// `required`, or one line below: `best-effort: REASON` or `required-unless-life-under: HOURS`.
    private func mode(_ node: Node, _ path: String) -> RevocationMode? {
        do {
            if let (key, value) = node.mapping?.first, node.mapping?.count == 1 {
                return try RevocationMode(name: key.string ?? "", value: value.scalar?.string ?? "")
            }
            return try RevocationMode(name: node.scalar?.string ?? "", value: nil)
        } catch {
            fault(node, "\(path): \(error)")
            return nil
        }
    }

    private func revocation(_ node: Node) -> RunConfiguration.RevocationPlaces {
        let entry = fields(
            of: node, named: "revocation", allowed: ["lists", "answers", "filters", "signers", "refresh"])
        var places = RunConfiguration.RevocationPlaces()
        places.lists = entry["lists"].map { self.places($0, "revocation.lists") } ?? []
        places.answers = entry["answers"].map { self.places($0, "revocation.answers") } ?? []
        places.filters = entry["filters"].map { self.places($0, "revocation.filters") } ?? []
        places.signers = entry["signers"].map { texts($0, "revocation.signers") } ?? []
        if let node = entry["refresh"] {
            places.refresh = node.string.flatMap(Life.init(argument:))?.duration
            if places.refresh == nil { fault(node, "revocation.refresh: a span such as 30m, 1h or 1d") }
        }
        if faults.isEmpty, places.isEmpty {
            fault(node, "revocation: it needs a place under `lists:`, `answers:` or `filters:`")
        }
        return places
    }

    private func places(_ node: Node, _ path: String) -> [RevocationPlace] {
        texts(node, path).compactMap { text in
            do throws(FetchAddressFault) {
                return try RevocationPlace(text)
            } catch {
                fault(node, "\(path): \(text.printable): \(error.explanation)")
                return nil
            }
        }
    }

    private func identity(_ entry: [String: Node], in node: Node, _ path: String) -> RunConfiguration.IdentitySource? {
        let files = ["certificate", "key", "anchors"]
        let given = files.filter { entry[$0] != nil }
        let named = entry["identity"] ?? entry["as"]
        if given.isEmpty {
            guard let named else { return .home(name: nil) }
            return text(named, "\(path).identity").map { .home(name: $0) }
        }
        if let named {
            fault(named, "\(path): an identity of the home folder and certificate files exclude each other; keep one")
            return nil
        }
        let missing = files.filter { entry[$0] == nil }
        guard missing.isEmpty else {
            fault(node, "\(path): \(missing.joined(separator: ", ")) missing; certificate, key and anchors go together")
            return nil
        }
        let paths = files.compactMap { name in entry[name].flatMap { text($0, "\(path).\(name)") } }
        return paths.count == 3 ? .files(certificate: paths[0], key: paths[1], anchors: paths[2]) : nil
    }

    /// Two ends would overwrite each other's keys.
    private func refuseSharedKeys(_ services: [RunConfiguration.Protected], _ node: Node) {
        var seen: [String: String] = [:]
        for service in services {
            guard let path = service.tokenKeys else { continue }
            if let other = seen.updateValue(service.name, forKey: path) {
                fault(node, "protect: \(other) and \(service.name) publish their keys in one file; give each its own")
            }
        }
    }

    private func refuseRepeats(_ top: [String: Node]) {
        for section in ["protect", "reach"] {
            var seen: [String: Int] = [:]
            for (index, entry) in (top[section]?.sequence.map(Array.init) ?? []).enumerated() {
                guard let name = entry.mapping?["name"], let text = name.string else { continue }
                if let first = seen[text] {
                    fault(name, "\(section)[\(index)].name: \"\(text.printable)\" is already \(section)[\(first)]")
                } else {
                    seen[text] = index
                }
            }
        }
    }

    private func fields(of node: Node, named path: String, allowed: [String]) -> [String: Node] {
        guard let mapping = node.mapping else {
            fault(node, "\(path): expected `key: value` lines (\(allowed.joined(separator: ", ")))")
            return [:]
        }
        var result: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            if !allowed.contains(name) {
                fault(
                    key,
                    "\(path): \"\(name.printable)\" is not known here; known are \(allowed.joined(separator: ", "))")
            } else if result.updateValue(value, forKey: name) != nil {
                fault(key, "\(path): \"\(name)\" stands here twice")
            }
        }
        return result
    }

    private func required(_ entry: [String: Node], _ key: String, in node: Node, _ path: String) -> Node? {
        if let value = entry[key] { return value }
        if node.mapping != nil { fault(node, "\(path).\(key) is missing") }
        return nil
    }

    private func list(_ node: Node?, _ path: String) -> [(Node, String)] {
        guard let node else { return [] }
        guard let sequence = node.sequence else {
            fault(node, "\(path): expected a list (lines that begin with `- name: …`)")
            return []
        }
        return sequence.enumerated().map { ($1, "\(path)[\($0)]") }
    }

    private func text(_ node: Node, _ path: String) -> String? {
        guard let scalar = node.scalar?.string, !scalar.isEmpty else {
            fault(node, "\(path): expected a text")
            return nil
        }
        return scalar
    }

    private func texts(_ node: Node, _ path: String) -> [String] {
        guard let sequence = node.sequence else { return text(node, path).map { [$0] } ?? [] }
        return sequence.enumerated().compactMap { text($1, "\(path)[\($0)]") }
    }

    private func metrics(_ node: Node) -> HostAndPort? {
        guard let scalar = text(node, "metrics") else { return nil }
        do {
            return try MetricsAddress.parse(scalar)
        } catch {
            fault(node, "metrics: \(error)")
            return nil
        }
    }

    private func address(_ node: Node, _ path: String) -> HostAndPort? {
        guard let scalar = text(node, path) else { return nil }
        do {
            return try HostAndPort(scalar)
        } catch {
            fault(node, "\(path): \(error)")
            return nil
        }
    }

    private func addresses(_ node: Node, _ path: String) -> [HostAndPort] {
        guard let sequence = node.sequence else { return address(node, path).map { [$0] } ?? [] }
        if sequence.isEmpty { fault(node, "\(path): expected at least one address") }
        return sequence.enumerated().compactMap { address($1, "\(path)[\($0)]") }
    }

    private func fault(_ node: Node, _ message: String) {
        let mark = node.mark
        faults.append(.init(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, message: message))
    }
}
