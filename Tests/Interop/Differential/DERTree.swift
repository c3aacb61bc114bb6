/// DER as a tree, to be changed and written again, also in ways that DER forbids.
struct DERTree: Sendable {
    var tag: UInt8
    var content: Content
    var length = Length.shortest

    enum Content: Sendable {
        case octets([UInt8])
        case children([DERTree])
    }

    enum Length: Sendable {
        case shortest
        /// One octet more than it takes.
        case padded
        /// X.690 §8.1.3.6, which DER forbids.
        case indefinite
    }

    init(_ tag: UInt8, _ octets: some Sequence<UInt8>) {
        self.tag = tag
        content = .octets(Array(octets))
    }

    init(_ tag: UInt8, _ children: [DERTree]) {
        self.tag = tag
        content = .children(children)
    }

    /// One element and nothing after it; nil when it is none.
    init?(_ bytes: some Collection<UInt8>) {
        var rest = Array(bytes)[...]
        guard let tree = Self.next(&rest), rest.isEmpty else { return nil }
        self = tree
    }

    /// The members of a constructed element, or of an OCTET STRING that holds DER; none in another.
    var children: [DERTree] {
        get { if case .children(let children) = content { children } else { [] } }
        set { content = .children(newValue) }
    }

    /// The contents octets, whatever they hold.
    var octets: [UInt8] {
        switch content {
        case .octets(let octets): octets
        case .children(let children): children.flatMap(\.encoding)
        }
    }

    var encoding: [UInt8] {
        let octets = octets
        switch length {
        case .indefinite: return [tag, 0x80] + octets + [0, 0]
        case .shortest where octets.count < 0x80: return [tag, UInt8(octets.count)] + octets
        case .padded where octets.count < 0x80: return [tag, 0x81, UInt8(octets.count)] + octets
        case .shortest, .padded:
            var digits: [UInt8] = length == .padded ? [0] : []
            let width = octets.count < 0x100 ? 1 : octets.count < 0x1_0000 ? 2 : 3
            for place in (0..<width).reversed() {
                digits.append(UInt8(truncatingIfNeeded: octets.count >> (8 * place)))
            }
            return [tag, 0x80 | UInt8(digits.count)] + digits + octets
        }
    }

    /// How many elements there are, this one and all below it.
    var count: Int { children.reduce(1) { $0 + $1.count } }

    /// Changes the element at `index`, counted in the order of the encoding, this one being 0.
    mutating func change(at index: Int, _ change: (inout DERTree) -> Void) {
        guard index > 0 else { return change(&self) }
        var before = 1
        for place in children.indices {
            let count = children[place].count
            if index < before + count { return children[place].change(at: index - before, change) }
            before += count
        }
    }

    private static func next(_ bytes: inout ArraySlice<UInt8>) -> DERTree? {
        guard let tag = bytes.popFirst(), tag & 0x1F != 0x1F, var length = bytes.popFirst().map(Int.init) else {
            return nil
        }
        if length >= 0x80 {
            guard (0x81...0x83).contains(length), bytes.count >= length - 0x80 else { return nil }
            let digits = bytes.prefix(length - 0x80)
            bytes.removeFirst(digits.count)
            length = digits.reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= length else { return nil }
        let contents = bytes.prefix(length)
        bytes.removeFirst(length)
        // A constructed element, or the OCTET STRING around an extension's value.
        guard tag & 0x20 != 0 || tag == 0x04, let children = all(contents) else { return DERTree(tag, contents) }
        return DERTree(tag, children)
    }

    private static func all(_ bytes: ArraySlice<UInt8>) -> [DERTree]? {
        var rest = bytes
        var members: [DERTree] = []
        while !rest.isEmpty {
            guard let member = next(&rest) else { return nil }
            members.append(member)
        }
        return members
    }
}

extension DERTree {
    static func sequence(_ members: DERTree...) -> DERTree { DERTree(0x30, members) }
    static func integer(_ octets: UInt8...) -> DERTree { DERTree(0x02, octets) }
    static func boolean(_ octet: UInt8) -> DERTree { DERTree(0x01, [octet]) }
    /// The contents octets of an OBJECT IDENTIFIER.
    static func identifier(_ octets: [UInt8]) -> DERTree { DERTree(0x06, octets) }
    /// An IMPLICIT context tag over octets.
    static func context(_ number: UInt8, _ octets: some Sequence<UInt8>) -> DERTree { DERTree(0x80 | number, octets) }
    /// A constructed context tag over members.
    static func context(_ number: UInt8, _ members: DERTree...) -> DERTree { DERTree(0xA0 | number, members) }
    static func text(_ tag: UInt8, _ text: String) -> DERTree { DERTree(tag, text.utf8) }
}
