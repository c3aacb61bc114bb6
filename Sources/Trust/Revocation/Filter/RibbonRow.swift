internal import Crypto

/// Where a certificate stands in a ribbon: the columns of its equation, and the value that marks it in an approximate one.
///
/// SHA-256 over the ribbon's seed and the serial number's contents octets: octets 0 to 7 choose the first column, 8 to 23
/// the 128 coefficients from there on, 24 to 31 the value. All big-endian.
struct RibbonRow {
    let start: Int
    /// Bit 0 belongs to column `start`, and is always set: no equation is empty.
    let coefficients: UInt128
    let value: UInt64

    init(_ serialNumber: ArraySlice<UInt8>, seed: [UInt8], width: Int) {
        var hash = SHA256()
        hash.update(data: seed)
        hash.update(data: serialNumber)
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (index, octet) in hash.finalize().enumerated() {
            switch index >> 3 {
            case 0: words.0 = words.0 << 8 | UInt64(octet)
            case 1: words.1 = words.1 << 8 | UInt64(octet)
            case 2: words.2 = words.2 << 8 | UInt64(octet)
            default: words.3 = words.3 << 8 | UInt64(octet)
            }
        }
        // Uniform over the columns where 128 fit: the high half of a product, in place of a remainder.
        start = Int(words.0.multipliedFullWidth(by: UInt64(width - Ribbon.band + 1)).high)
        coefficients = (UInt128(words.1) << 64 | UInt128(words.2)) | 1
        value = words.3
    }
}
