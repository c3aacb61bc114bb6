/// Why some bytes are not the DER that was expected, and where.
public struct DERFailure: Error, Hashable, Sendable {
    /// The rule that was broken; clauses are of ITU-T X.690 (2021) unless named otherwise.
    @nonexhaustive
    public enum Reason: Hashable, Sendable {
        /// An element says it is longer than what holds it.
        case truncated
        /// Octets follow the last element that may be there.
        case trailingBytes(count: Int)
        /// §8.1.2.4: a tag number above 30, which nothing in X.509 has.
        case highTagNumber
        /// §10.1: DER has no indefinite length.
        case indefiniteLength
        /// §10.1: the length was written in more octets than it needs.
        case nonMinimalLength
        /// A length written in more than four octets.
        case lengthTooLong
        /// Another element was expected here; both are identifier octets.
        case unexpectedTag(expected: UInt8, found: UInt8)
        /// The element with this identifier octet is absent.
        case missing(expected: UInt8)
        /// §11.1: TRUE is FF and FALSE is 00, in one octet.
        case invalidBoolean
        /// §11.5: a value equal to its DEFAULT must be left out.
        case defaultWasEncoded
        /// §8.3.2: an INTEGER is in the fewest octets that hold it, and in at least one.
        case invalidInteger
        /// The number is negative, or too large for its purpose.
        case integerOutOfRange
        /// §8.6.2, §11.2.1: the count of unused bits is false, or unused bits are set.
        case invalidUnusedBits
        /// §11.2.2: a named bit list ends with its last set bit.
        case trailingZeroBits
        /// §8.19: the object identifier is empty, ends within an arc, or pads an arc.
        case invalidObjectIdentifier
        /// The time is not as RFC 5280 §4.1.2.5 allows.
        case invalidTime(TimeFault)
        /// IA5String: an octet above 7F.
        case notIA5
        /// A PrintableString with another character than X.680 §41.4 lists.
        case notPrintable
        /// A UTF8String that is not UTF-8.
        case notUTF8
        /// A list that must have at least one member has none.
        case empty
        /// §11.6: the members of a SET OF are not in ascending order.
        case unsortedSet
        /// A member that is in the list already, where each may stand once.
        case repeatedMember
        /// The list is longer than any in use, and longer lists are not read.
        case tooManyMembers
        /// Two fields that come together or not at all: one is there.
        case halfOfPair
    }

    /// What RFC 5280 §4.1.2.5 asks of a time that this one does not give.
    public enum TimeFault: String, Hashable, Sendable {
        case noSeconds = "it has no seconds"
        case fraction = "it has a fraction of a second"
        case offset = "it is not in Zulu time (Z)"
        case notDigits = "it has something else than digits"
        case wrongLength = "it is of the wrong length"
        case notADate = "there is no such day or hour"
    }

    public let reason: Reason
    /// Where in the bytes given to the parser, from 0.
    public let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// One line in English, without a full stop.
    public var explanation: String { "\(reason.explanation) (offset \(offset))" }
}

extension DERFailure.Reason {
    var explanation: String {
        switch self {
        case .truncated: "the bytes end before the element does"
        case .trailingBytes(let count): "\(count) bytes follow the last element"
        case .highTagNumber: "a tag number above 30"
        case .indefiniteLength: "an indefinite length, which DER forbids"
        case .nonMinimalLength: "a length in more octets than it needs"
        case .lengthTooLong: "a length of more than four octets"
        case .unexpectedTag(let expected, let found):
            "an element of tag \(hexOctet(found)) where \(hexOctet(expected)) is due"
        case .missing(let expected): "the element of tag \(hexOctet(expected)) is absent"
        case .invalidBoolean: "a BOOLEAN that is neither 00 nor FF"
        case .defaultWasEncoded: "a default value written out, which DER forbids"
        case .invalidInteger: "an INTEGER that is empty or padded"
        case .integerOutOfRange: "a number that is negative or too large here"
        case .invalidUnusedBits: "a BIT STRING with wrong unused bits"
        case .trailingZeroBits: "a list of named bits with trailing zero bits"
        case .invalidObjectIdentifier: "an object identifier that is empty, cut or padded"
        case .invalidTime(let fault): "not a certificate time: \(fault.rawValue)"
        case .notIA5: "an IA5String with an octet above 7F"
        case .notPrintable: "a PrintableString with a character outside its set"
        case .notUTF8: "a UTF8String that is not UTF-8"
        case .empty: "a list with no member"
        case .unsortedSet: "a SET OF out of order"
        case .repeatedMember: "a member that is in the list already"
        case .tooManyMembers: "a list with more members than are read"
        case .halfOfPair: "one of two fields that come together or not at all"
        }
    }

    private func hexOctet(_ octet: UInt8) -> String {
        let digits = String(octet, radix: 16, uppercase: true)
        return octet < 16 ? "0" + digits : digits
    }
}
