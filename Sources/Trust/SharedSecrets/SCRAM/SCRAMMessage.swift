internal import Foundation
internal import SymbolonKeys

/// One message: attributes in a fixed order, a letter each, commas between them (RFC 5802 §5.1, §7). Read by octets: what
/// follows a comma may combine with it into one character of a text.
struct SCRAMMessage {
    let octets: [UInt8]
    private var rest: ArraySlice<ArraySlice<UInt8>>

    /// Octets: names and extensions have room.
    static let longest = 8192

    init(_ text: String) throws(SCRAMFailure) {
        guard text.utf8.count <= Self.longest else { throw .malformed("a message of over \(Self.longest) octets") }
        octets = Array(text.utf8)
        rest = octets.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)[...]
    }

    func has(_ letter: UInt8) -> Bool { rest.first?.starts(with: [letter, UInt8(ascii: "=")]) == true }

    /// The value of the next attribute, which is this one.
    /// - Parameter name: for whoever reads why it was refused.
    mutating func value(_ letter: UInt8, _ name: String) throws(SCRAMFailure) -> String {
        guard has(letter) else {
            if has(UInt8(ascii: "m")) { throw .unknownExtension }
            throw .malformed(name)
        }
        return Self.text(of: try next(name).dropFirst(2))
    }

    /// What stands there now, whatever it is.
    mutating func next(_ name: String) throws(SCRAMFailure) -> ArraySlice<UInt8> {
        guard let next = rest.popFirst() else { throw .malformed(name) }
        return next
    }

    /// Of octets of a text that were cut where ASCII is.
    static func text(of octets: ArraySlice<UInt8>) -> String { String(decoding: octets, as: UTF8.self) }

    /// Optional extensions up to `letter`, or to the end, are passed over: a letter and a value each.
    mutating func skipExtensions(to letter: UInt8? = nil) throws(SCRAMFailure) {
        while let next = rest.first, letter.map({ !has($0) }) ?? true {
            let isLetter = next.first.map { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) } ?? false
            guard isLetter, next.dropFirst().first == UInt8(ascii: "=") else { throw .malformed("an extension") }
            rest = rest.dropFirst()
        }
    }

    func end() throws(SCRAMFailure) {
        guard rest.isEmpty else { throw .malformed("the end of a message") }
    }
}

/// What attributes hold.
extension SCRAMMessage {
    /// §7: `printable`, at least 16 characters of it from each side: 96 bits of base 64.
    static let shortestNonce = 16

    static func makeNonce() -> String { text([UInt8].random(18)) }

    static func checkNonce(_ nonce: some Collection<UInt8>) throws(SCRAMFailure) {
        guard nonce.count >= shortestNonce, nonce.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") })
        else { throw .nonce }
    }

    /// Base 64 in its one spelling.
    static func octets(_ text: String, _ name: String) throws(SCRAMFailure) -> [UInt8] {
        guard let data = Data(base64Encoded: text), !data.isEmpty, data.base64EncodedString() == text else {
            throw .malformed(name)
        }
        return Array(data)
    }

    static func text(_ octets: [UInt8]) -> String { Data(octets).base64EncodedString() }

    /// §5.1: comma and equals sign are written otherwise.
    static func escaped(_ name: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "=": text.append(contentsOf: "=3D".unicodeScalars)
            case ",": text.append(contentsOf: "=2C".unicodeScalars)
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    static func unescaped(_ text: String) throws(SCRAMFailure) -> String {
        var name = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "=" else {
                name.append(scalar)
                continue
            }
            switch String(rest.prefix(2)) {
            case "2C": name.append(",")
            case "3D": name.append("=")
            default: throw .malformed("the name")
            }
            rest = rest.dropFirst(2)
        }
        return String(name)
    }
}
