/// DER written by hand in tests: one element with a minimal length.
func der(_ tag: UInt8, _ contents: [UInt8]...) -> [UInt8] {
    let contents = Array(contents.joined())
    switch contents.count {
    case 0..<0x80: return [tag, UInt8(contents.count)] + contents
    case 0x80..<0x100: return [tag, 0x81, UInt8(contents.count)] + contents
    default: return [tag, 0x82, UInt8(contents.count >> 8), UInt8(contents.count & 0xFF)] + contents
    }
}

func text(_ tag: UInt8, _ text: String) -> [UInt8] {
    der(tag, Array(text.utf8))
}
