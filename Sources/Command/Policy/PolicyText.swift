import Foundation
import SymbolonAccessPolicy
import SymbolonNames

/// Policies and cases, as files have them.
enum PolicyText {
    static func document(at path: String, domain: TrustDomain?) throws(ConfigurationFaults) -> PolicyDocument {
        let root = try PolicyNode.parse(yaml: try text(at: path), file: path)
        do throws(PolicyFaults) {
            return try PolicyDocument(root, defaultDomain: domain)
        } catch {
            throw ConfigurationFaults(error, file: path)
        }
    }

    /// The policy that cases are about, from their own folder, and the cases.
    static func cases(
        at path: String, domain: TrustDomain?, now: Date
    ) throws(ConfigurationFaults) -> (PolicyDocument, PolicyCases) {
        let root = try PolicyNode.parse(yaml: try text(at: path), file: path)
        func failing<Value>(_ work: () throws(PolicyFaults) -> Value) throws(ConfigurationFaults) -> Value {
            do throws(PolicyFaults) {
                return try work()
            } catch {
                throw ConfigurationFaults(error, file: path)
            }
        }
        let named = try failing { () throws(PolicyFaults) in try PolicyCases.policyPath(root) }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let policy = try document(at: URL(fileURLWithPath: named, relativeTo: folder).path, domain: domain)
        let cases = try failing { () throws(PolicyFaults) in try PolicyCases(root, in: policy.domain, at: now) }
        return (policy, cases)
    }

    private static func text(at path: String) throws(ConfigurationFaults) -> String {
        do {
            return try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            let why = FileManager.default.fileExists(atPath: path) ? error.localizedDescription : "it does not exist"
            throw ConfigurationFaults(faults: [.init(file: path, line: 1, column: 1, message: why)])
        }
    }
}

extension Complaint {
    /// - Parameter so: what did not happen because of them.
    init(_ faults: ConfigurationFaults, so: String) {
        let count = faults.faults.count
        self.init(
            what: "\(count) fault\(count == 1 ? "" : "s") in \(faults.faults.first?.file ?? "the policy")\(so)",
            why: faults.faults.map(\.description).joined(separator: "\n       "),
            mend: "mend them all; see the form: symbolon policy check --help", exit: .configuration)
    }
}

extension PolicyDocument {
    /// Findings with their lines, in the order of the file.
    func findings(at now: Date) -> [(line: Int?, PolicyFinding)] {
        let groups = unusedGroups.map { group in
            (line: Int?.some(group.line), PolicyFinding(unusedGroup: group.name))
        }
        return (policy.findings(at: now).map { (line: $0.rule.map { lines[$0] }, $0) } + groups)
            .sorted { ($0.line ?? 0) < ($1.line ?? 0) }
    }
}
