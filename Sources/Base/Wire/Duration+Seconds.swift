extension Duration {
    /// The span as documents and settings write it: a number of seconds.
    public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
