internal import Foundation
public import SymbolonKeys

/// SASLprep (RFC 4013): names and passwords that look the same are the same octets. As stored strings, so that what Unicode 3.2
/// did not know is refused (RFC 5802 §2.2): two programs could read it in two ways.
public enum SASLPreparation {
    public enum Failure: Error, Equatable, Sendable {
        case empty
        case notUTF8
        /// Octets, of at most `longest`.
        case tooLong(Int)
        /// Its value, as Unicode numbers it.
        case prohibited(UInt32)
        case unassigned(UInt32)
        /// RFC 3454 §6: it runs in both directions.
        case bothDirections

        public var explanation: String {
            switch self {
            case .empty: "nothing is left of it"
            case .notUTF8: "it is not UTF-8"
            case .tooLong(let count): "it has \(count) octets, and \(SASLPreparation.longest) are the most"
            case .prohibited(let value): "\(Self.named(value)) may not be in it (RFC 4013 §2.3)"
            case .unassigned(let value): "\(Self.named(value)) is newer than Unicode 3.2, so that programs differ on it"
            case .bothDirections: "it mixes characters that run from the right with others: it can be read in two ways"
            }
        }

        private static func named(_ value: UInt32) -> String {
            let digits = String(value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }

    /// Octets. Far beyond what a person types; what is longer only costs.
    public static let longest = 1024

    public static func prepared(_ text: String) throws(Failure) -> String {
        guard text.utf8.count <= longest else { throw .tooLong(text.utf8.count) }
        let normal = mapped(text).precomposedStringWithCompatibilityMapping
        guard !normal.isEmpty else { throw .empty }
        for scalar in normal.unicodeScalars { try check(scalar) }
        try checkDirection(Array(normal.unicodeScalars))
        return normal
    }

    /// The same of a password in UTF-8. One of ASCII alone is never copied into a string.
    public static func prepared(_ password: SecretBytes) throws(Failure) -> SecretBytes {
        guard password.count <= longest else { throw .tooLong(password.count) }
        guard !password.isEmpty else { throw .empty }
        let (isASCII, control) = unsafe password.withUnsafeBytes { octets in
            unsafe (octets.allSatisfy { $0 < 0x80 }, octets.first { $0 < 0x20 || $0 == 0x7F })
        }
        if isASCII {
            guard let control else { return password }
            throw .prohibited(UInt32(control))
        }
        let text = unsafe password.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        guard let text else { throw .notUTF8 }
        return SecretBytes(copying: Array(try prepared(text).utf8))
    }

    /// RFC 4013 §2.1.
    private static func mapped(_ text: String) -> String {
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if StringPreparationTables.spaces.has(scalar) {
                mapped.append(" ")
            } else if !StringPreparationTables.nothing.has(scalar) {
                mapped.append(scalar)
            }
        }
        return String(mapped)
    }

    /// §2.3 and §2.5.
    static func check(_ scalar: Unicode.Scalar) throws(Failure) {
        let properties = scalar.properties
        if StringPreparationTables.prohibited.has(scalar) || StringPreparationTables.spaces.has(scalar)
            || properties.generalCategory == .privateUse || properties.isNoncharacterCodePoint
        {
            throw .prohibited(scalar.value)
        }
        guard let age = properties.age, (age.major, age.minor) <= (3, 2) else { throw .unassigned(scalar.value) }
    }

    /// RFC 3454 §6.
    private static func checkDirection(_ scalars: [Unicode.Scalar]) throws(Failure) {
        guard let first = scalars.first, let last = scalars.last, scalars.contains(where: isRightToLeft) else { return }
        guard isRightToLeft(first), isRightToLeft(last), !scalars.contains(where: isLeftToRight) else {
            throw .bothDirections
        }
    }

    static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        StringPreparationTables.rightToLeft.has(scalar)
    }

    static func isLeftToRight(_ scalar: Unicode.Scalar) -> Bool {
        guard !isRightToLeft(scalar) else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spacingMark,
            .letterNumber:
            return !StringPreparationTables.directionlessLetters.has(scalar)
        default: return StringPreparationTables.leftToRight.has(scalar)
        }
    }
}
