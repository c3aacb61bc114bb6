import SymbolonCertificates

/// Draws serial numbers: 20 octets (the most RFC 5280 §4.1.2.2 allows), of which the two top bits are 0 and 1 and the
/// other 158 are random. The 0 keeps the number positive, the 1 keeps it at 20 octets.
struct SerialNumberSource: Sendable {
    var random: any RandomNumberGenerator & Sendable

    mutating func next() throws(CertificateFailure) -> SerialNumber {
        var octets: [UInt8] = []
        while octets.count < SerialNumber.longest {
            let word = random.next()
            for shift in stride(from: 56, through: 0, by: -8) {
                octets.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        octets.removeLast(octets.count - SerialNumber.longest)
        octets[0] = 0x40 | octets[0] & 0x3F
        return try SerialNumber(magnitude: octets)
    }
}
