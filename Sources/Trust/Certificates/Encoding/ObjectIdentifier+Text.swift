extension ObjectIdentifier {
    /// From the form that `description` has, such as 2.5.29.19. Nil when it is no object identifier, has leading zeros, or
    /// arcs from 2^63 on.
    public init?(dotted text: some StringProtocol) {
        var arcs: [UInt64] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let arc = UInt64(part), arc < 1 << 63, String(arc) == part, arcs.count < Self.longest else {
                return nil
            }
            arcs.append(arc)
        }
        guard arcs.count >= 2, arcs[0] <= 2, arcs[0] == 2 || arcs[1] < 40 else { return nil }
        let (first, overflow) = arcs[1].addingReportingOverflow(arcs[0] * 40)
        guard !overflow else { return nil }
        self.init(contents: ([first] + arcs.dropFirst(2)).flatMap(Self.base128))
    }
}
