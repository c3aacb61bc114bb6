public import SymbolonCertificates

extension Certificate {
    /// RFC 7633 §4.1: the certificate promises that its owner staples an answer (TLS extension 5, status_request).
    public var promisesStapledAnswer: Bool {
        guard let value = extensions[.tlsFeature]?.value else { return false }
        var reader = DERReader(Array(value))
        guard var features = try? reader.enter(.sequence) else { return false }
        while let feature = try? features.smallInteger() {
            if feature == 5 { return true }
        }
        return false
    }
}
