/// A DER element of at most 65,535 octets, written by hand for what no encoder here would write.
func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    let length: [UInt8] =
        switch contents.count {
        case ..<128: [UInt8(contents.count)]
        case ..<256: [0x81, UInt8(contents.count)]
        default: [0x82, UInt8(contents.count >> 8), UInt8(contents.count & 0xFF)]
        }
    return [tag] + length + contents
}
