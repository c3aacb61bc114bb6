public import SymbolonCertificates

/// The serial numbers of one authority's certificates, and which of them are revoked: 22 octets each, whatever their number.
public struct IssuedCertificates: Sendable {
    public private(set) var count = 0
    public private(set) var revokedCount = 0
    private var octets: [UInt8] = []

    /// A mark, the length, and the contents octets with zeros up to 20.
    private static let stride = 2 + SerialNumber.longest

    public init() {}

    /// - Parameter serialNumber: one that an authority may issue: at most 20 octets. Each once.
    public mutating func append(_ serialNumber: SerialNumber, isRevoked: Bool) {
        let contents = serialNumber.contents
        precondition(contents.count <= SerialNumber.longest, "no authority issues such a serial number")
        octets.append(isRevoked ? 1 : 0)
        octets.append(UInt8(contents.count))
        octets.append(contentsOf: contents)
        octets.append(contentsOf: repeatElement(0, count: SerialNumber.longest - contents.count))
        count += 1
        if isRevoked { revokedCount += 1 }
    }

    /// Calls `body` with the contents octets of each, and whether it is revoked, until that answers false.
    ///
    /// - Returns: whether it never did.
    func allSatisfy(_ body: (ArraySlice<UInt8>, Bool) -> Bool) -> Bool {
        for start in Swift.stride(from: 0, to: octets.count, by: Self.stride) {
            let contents = start + 2
            guard body(octets[contents..<contents + Int(octets[start + 1])], octets[start] == 1) else { return false }
        }
        return true
    }
}
