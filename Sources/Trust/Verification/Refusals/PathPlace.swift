/// Where in a path a refusal arose.
public enum PathPlace: Hashable, Sendable, CustomStringConvertible {
    case leaf
    /// Counted from the leaf: 1 is the leaf's issuer.
    case intermediate(Int)
    case anchor
    /// No one certificate: the presented chain, or the path as a whole.
    case path

    init(at index: Int) {
        self = index == 0 ? .leaf : .intermediate(index)
    }

    public var description: String {
        switch self {
        case .leaf: "leaf"
        case .intermediate(let depth): "intermediate \(depth)"
        case .anchor: "anchor"
        case .path: "path"
        }
    }
}
