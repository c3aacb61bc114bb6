import SymbolonAccessPolicy
import Yams

/// The document as its parts and places; what they mean is read from there.
extension PolicyNode {
    /// 4 MiB: ten times what the largest policy needs.
    static let mostOctets = 4 << 20
    /// A policy is five deep.
    private static let mostDepth = 16

    static func parse(yaml text: String, file: String) throws(ConfigurationFaults) -> PolicyNode {
        guard text.utf8.count <= mostOctets else {
            throw ConfigurationFaults(faults: [
                .init(file: file, line: 1, column: 1, message: "the file is over \(mostOctets >> 20) MiB")
            ])
        }
        let root = try Node.compose(text, file: file, holding: "a list under `rules:`")
        // Anchors that stand for each other again and again would make of a small file one without end.
        var left = text.utf8.count + 1
        do throws(ConfigurationFault) {
            return try node(root, file, depth: mostDepth, left: &left)
        } catch {
            throw ConfigurationFaults(faults: [error])
        }
    }

    private static func node(
        _ node: Node, _ file: String, depth: Int, left: inout Int
    ) throws(ConfigurationFault) -> PolicyNode {
        let (line, column) = (node.mark?.line ?? 1, node.mark?.column ?? 1)
        func fault(_ message: String) -> ConfigurationFault {
            ConfigurationFault(file: file, line: line, column: column, message: message)
        }
        left -= 1
        guard depth > 0 else { throw fault("this is nested deeper than any policy") }
        guard left > 0 else { throw fault("its anchors repeat each other without end; write out what is meant") }
        switch node {
        case .scalar(let scalar): return PolicyNode(.text(scalar.string), line: line, column: column)
        case .sequence(let sequence):
            var items: [PolicyNode] = []
            for item in sequence { items.append(try self.node(item, file, depth: depth - 1, left: &left)) }
            return PolicyNode(.list(items), line: line, column: column)
        case .mapping(let mapping):
            var fields: [(name: PolicyNode, value: PolicyNode)] = []
            for (name, value) in mapping {
                fields.append(
                    (
                        try self.node(name, file, depth: depth - 1, left: &left),
                        try self.node(value, file, depth: depth - 1, left: &left)
                    ))
            }
            return PolicyNode(.fields(fields), line: line, column: column)
        case .alias: throw fault("this stands for an anchor that is not there")
        }
    }
}

extension ConfigurationFaults {
    init(_ faults: PolicyFaults, file: String) {
        self.init(
            faults: faults.faults.map {
                .init(file: file, line: $0.line ?? 1, column: $0.column ?? 1, message: $0.message)
            })
    }
}
