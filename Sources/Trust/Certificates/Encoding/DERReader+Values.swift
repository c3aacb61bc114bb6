extension DERReader {
    /// X.690 §11.1.
    package mutating func boolean() throws(DERFailure) -> Bool {
        let element = try next(.boolean)
        guard element.contents.count == 1 else { throw DERFailure(.invalidBoolean, at: element.start) }
        switch bytes[element.contents.lowerBound] {
        case 0x00: return false
        case 0xFF: return true
        default: throw DERFailure(.invalidBoolean, at: element.start)
        }
    }

    /// A `BOOLEAN DEFAULT FALSE`. X.690 §11.5: FALSE may only be said by leaving it out.
    package mutating func booleanDefaultFalse() throws(DERFailure) -> Bool {
        guard nextTag == .boolean else { return false }
        let start = position
        guard try boolean() else { throw DERFailure(.defaultWasEncoded, at: start) }
        return true
    }

    /// The two's complement octets of an INTEGER. X.690 §8.3.2.
    package mutating func integer(_ tag: DERTag = .integer) throws(DERFailure) -> ArraySlice<UInt8> {
        let element = try next(tag)
        let contents = bytes[element.contents]
        guard let first = contents.first else { throw DERFailure(.invalidInteger, at: element.start) }
        if contents.count > 1 {
            let isSecondNegative = contents[contents.startIndex + 1] & 0x80 != 0
            let isPadded = (first == 0x00 && !isSecondNegative) || (first == 0xFF && isSecondNegative)
            guard !isPadded else { throw DERFailure(.invalidInteger, at: element.start) }
        }
        return contents
    }

    /// An INTEGER from 0 to 2^31 - 1: all that versions and path lengths need.
    package mutating func smallInteger(_ tag: DERTag = .integer) throws(DERFailure) -> Int {
        let start = position
        let contents = try integer(tag)
        guard contents.count <= 4, contents[contents.startIndex] & 0x80 == 0 else {
            throw DERFailure(.integerOutOfRange, at: start)
        }
        return contents.reduce(0) { $0 << 8 | Int($1) }
    }

    /// A BIT STRING of whole octets, as keys and signatures are.
    package mutating func octetsInBitString() throws(DERFailure) -> ArraySlice<UInt8> {
        let element = try next(.bitString)
        let contents = bytes[element.contents]
        guard contents.first == 0 else { throw DERFailure(.invalidUnusedBits, at: element.start) }
        return contents.dropFirst()
    }

    /// A list of named bits, bit 0 of the standard at position 0 of the answer; at most 16 of them. X.690 §11.2.
    package mutating func namedBits(_ tag: DERTag = .bitString) throws(DERFailure) -> UInt16 {
        let element = try next(tag)
        let contents = bytes[element.contents]
        guard let unused = contents.first, unused <= 7 else { throw DERFailure(.invalidUnusedBits, at: element.start) }
        let octets = contents.dropFirst()
        guard let last = octets.last else {
            guard unused == 0 else { throw DERFailure(.invalidUnusedBits, at: element.start) }
            return 0
        }
        guard last & ((1 << unused) - 1) == 0 else { throw DERFailure(.invalidUnusedBits, at: element.start) }
        guard last & (1 << unused) != 0 else { throw DERFailure(.trailingZeroBits, at: element.start) }
        guard octets.count <= 2 else { throw DERFailure(.integerOutOfRange, at: element.start) }
        var bits: UInt16 = 0
        for (index, octet) in octets.enumerated() {
            for bit in 0..<8 where octet & (0x80 >> bit) != 0 { bits |= 1 << (index * 8 + bit) }
        }
        return bits
    }

    package mutating func objectIdentifier() throws(DERFailure) -> ObjectIdentifier {
        let element = try next(.objectIdentifier)
        guard let identifier = ObjectIdentifier(contents: bytes[element.contents]) else {
            throw DERFailure(.invalidObjectIdentifier, at: element.start)
        }
        return identifier
    }

    /// Text in ASCII, every octet kept: control characters and NUL are for the name's own parser to refuse.
    package mutating func ia5Text(_ tag: DERTag) throws(DERFailure) -> String {
        let element = try next(tag)
        let contents = bytes[element.contents]
        guard contents.allSatisfy({ $0 < 0x80 }) else { throw DERFailure(.notIA5, at: element.start) }
        return String(decoding: contents, as: UTF8.self)
    }

    /// RFC 5280 §4.1.2.5: a UTCTime or a GeneralizedTime.
    package mutating func time() throws(DERFailure) -> CertificateTime {
        let tag = nextTag
        let element = tag == .generalizedTime ? try next() : try next(.utcTime)
        let form: CertificateTime.Form = tag == .generalizedTime ? .generalizedTime : .utcTime
        do {
            return try CertificateTime(contents: bytes[element.contents], form: form)
        } catch {
            throw DERFailure(.invalidTime(error.fault), at: element.start)
        }
    }
}
