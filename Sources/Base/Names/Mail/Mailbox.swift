/// An e-mail address: `Mailbox` of RFC 5321 §4.1.2 in ASCII, with a dot-string before the `@` and a DNS name behind it.
///
/// The local part is kept and compared exactly (RFC 5321 §2.4); the domain is canonical.
public struct Mailbox: Hashable, Sendable, CustomStringConvertible {
    /// RFC 5321 §4.5.3.1.1.
    public static let maximumLocalPartOctets = 64
    /// RFC 5321 §4.5.3.1.3: 256 octets of path, two of which are the angle brackets.
    public static let maximumOctets = 254

    public let localPart: String
    public let domain: DNSName

    /// The rfc822Name of a certificate, or what a person wrote; strict in everything but the case of the domain.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(Flaw) {
            self = try Self.parse(Array(text.utf8))
        } catch {
            throw .mail(error, in: NameText.shown(text))
        }
    }

    private init(localPart: String, domain: DNSName) {
        self.localPart = localPart
        self.domain = domain
    }

    public var description: String { "\(localPart)@\(domain)" }

    private static func parse(_ octets: [UInt8]) throws(Flaw) -> Mailbox {
        guard let first = octets.first else { throw .empty }
        guard octets.count <= maximumOctets else { throw .tooLong(octets: octets.count) }
        guard first != UInt8(ascii: "\"") else { throw .quotedLocalPart }
        guard let at = octets.firstIndex(of: UInt8(ascii: "@")) else { throw .noAt }
        let localPart = try checked(localPart: octets[..<at])
        let domain = octets[(at + 1)...]
        guard domain.first != UInt8(ascii: "[") else { throw .addressLiteral }
        do throws(DNSName.Flaw) {
            return Mailbox(localPart: localPart, domain: DNSName(canonical: try DNSLabels.canonical(domain)))
        } catch {
            throw .domain(error)
        }
    }

    /// RFC 5321 §4.1.2, `Dot-string = Atom *("." Atom)`.
    private static func checked(localPart: ArraySlice<UInt8>) throws(Flaw) -> String {
        guard !localPart.isEmpty else { throw .emptyLocalPart }
        guard localPart.count <= maximumLocalPartOctets else { throw .localPartTooLong(octets: localPart.count) }
        var isAfterAtom = false
        for (position, octet) in localPart.enumerated() {
            switch octet {
            case UInt8(ascii: "."):
                guard isAfterAtom else { throw .emptyAtom(at: position) }
                isAfterAtom = false
            case 0x80...: throw .notASCII(at: position)
            default:
                guard isAtomText(octet) else { throw .character(octet, at: position) }
                isAfterAtom = true
            }
        }
        guard isAfterAtom else { throw .emptyAtom(at: localPart.count) }
        return String(decoding: localPart, as: UTF8.self)
    }

    /// RFC 5322 §3.2.3, `atext`.
    private static func isAtomText(_ octet: UInt8) -> Bool {
        octet.isASCIILetter || octet.isASCIIDigit || atomSigns.contains(octet)
    }

    private static let atomSigns = Array("!#$%&'*+-/=?^_`{|}~".utf8)
}

extension Mailbox {
    /// What keeps a text from being a mailbox. Positions count octets from 0.
    public enum Flaw: Error, Equatable, Sendable {
        case empty
        case tooLong(octets: Int)
        case noAt
        case emptyLocalPart
        case localPartTooLong(octets: Int)
        case emptyAtom(at: Int)
        case quotedLocalPart
        case notASCII(at: Int)
        case character(UInt8, at: Int)
        case addressLiteral
        case domain(DNSName.Flaw)

        public var explanation: String {
            switch self {
            case .empty: "it is empty"
            case .tooLong(let octets): "it has \(octets) octets, at most \(Mailbox.maximumOctets) are allowed"
            case .noAt: "it has no @"
            case .emptyLocalPart: "nothing stands before the @"
            case .localPartTooLong(let octets):
                "\(octets) octets stand before the @, at most \(Mailbox.maximumLocalPartOctets) are allowed"
            case .emptyAtom(let position):
                "a dot before the @ needs characters on both sides, and there are none at character \(position + 1)"
            case .quotedLocalPart: "a quoted local part has many spellings for one mailbox, so none is taken"
            case .notASCII(let position): "character \(position + 1) is not ASCII"
            case .character(let octet, let position):
                "character \(position + 1) is \"\(NameText.shown(String(UnicodeScalar(octet))))\", "
                    + "which a local part has only in quotes"
            case .addressLiteral: "its domain is an address, not a name"
            case .domain(let flaw): "behind the @, \(flaw.explanation)"
            }
        }
    }
}
