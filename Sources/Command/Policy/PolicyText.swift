import Foundation
import SymbolonAccessPolicy
import SymbolonNames

/// Policies and cases, as files have them.
enum PolicyText {
    /// - Parameter groups: of the authority; nil: rules name the file's own groups alone.
    static func document(
        at path: String, domain: TrustDomain?, groups: [GroupName: Set<SPIFFEID>]? = nil
    ) throws(ConfigurationFaults) -> PolicyDocument {
        try document(try text(at: path), from: path, domain: domain, groups: groups)
    }

    /// - Parameter path: where the text was read, by which faults name it.
    static func document(
        _ text: String, from path: String, domain: TrustDomain?, groups: [GroupName: Set<SPIFFEID>]?
    ) throws(ConfigurationFaults) -> PolicyDocument {
        let root = try PolicyNode.parse(yaml: text, file: path)
        do throws(PolicyFaults) {
            return try PolicyDocument(root, defaultDomain: domain, groups: groups)
        } catch {
            throw ConfigurationFaults(error, file: path)
        }
    }

    /// What was published, or is to be: it has no file.
    static func node(_ text: String) throws(PolicyFaults) -> PolicyNode {
        do throws(ConfigurationFaults) {
            return try PolicyNode.parse(yaml: text, file: "policy")
        } catch {
            throw PolicyFaults(faults: error.faults.map { PolicyFault($0.message, line: $0.line, column: $0.column) })
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
        let policy = try document(
            at: URL(fileURLWithPath: named, relativeTo: folder).path, domain: domain, groups: [:])
        let cases = try failing { () throws(PolicyFaults) in try PolicyCases(root, in: policy.domain, at: now) }
        return (policy, cases)
    }

    static func text(at path: String) throws(ConfigurationFaults) -> String {
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
