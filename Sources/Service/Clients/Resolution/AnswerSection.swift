/// The answers in a response of a name server, read strictly: nothing beyond the message is touched, pointers lead only
/// backwards, and no more is kept than 512 records. RFC 1035 §4.1.
///
/// c-ares has already matched the message with its question, and the server with the one asked.
struct AnswerSection: Sendable {
    struct Malformed: Error, Equatable {
        let reason: String
    }

    struct Record: Sendable {
        let owner: WireName
        let type: UInt16
        let data: Range<Int>
    }

    /// What the records say of a name.
    enum Finding: Equatable, Sendable {
        /// The octets of each record.
        case records([[UInt8]])
        /// The name is another's alias, of which the message says nothing more.
        case alias(WireName)
        case nothing
    }

    private let message: [UInt8]
    private let records: [Record]

    /// 512: what fits into 64 KiB is never more of any use.
    private static let mostRecords = 512
    /// Of a chain within one message; RFC 1034 §3.6.2 wants none, and delegations of challenges have one or two.
    private static let mostAliases = 8

    init(_ message: [UInt8]) throws(Malformed) {
        guard message.count >= 12 else { throw Malformed(reason: "it has no header") }
        let questions = Self.number(message, 4)
        let answers = Self.number(message, 6)
        guard answers <= Self.mostRecords else { throw Malformed(reason: "it has \(answers) answers") }
        self.message = message
        var position = 12
        for _ in 0..<questions {
            _ = try Self.name(message, &position)
            position += 4
        }
        var records: [Record] = []
        for _ in 0..<answers {
            let owner = try Self.name(message, &position)
            guard position + 10 <= message.count else { throw Malformed(reason: "a record is cut off") }
            let start = position + 10
            let end = start + Self.number(message, position + 8)
            guard end <= message.count else { throw Malformed(reason: "a record is cut off") }
            // RFC 1035 §3.2.4: class IN.
            if Self.number(message, position + 2) == 1 {
                records.append(
                    Record(owner: owner, type: UInt16(Self.number(message, position)), data: start..<end))
            }
            position = end
        }
        self.records = records
    }

    /// Follows aliases (RFC 1034 §3.6.2) as far as this message goes.
    func find(_ type: RecordType, at name: WireName) throws(Malformed) -> Finding {
        var name = name
        for hop in 0...Self.mostAliases {
            let found = records.filter { $0.owner == name && $0.type == type.rawValue }
            if !found.isEmpty { return .records(found.map { Array(message[$0.data]) }) }
            guard let alias = records.first(where: { $0.owner == name && $0.type == RecordType.cname.rawValue }) else {
                return hop == 0 ? .nothing : .alias(name)
            }
            var position = alias.data.lowerBound
            name = try Self.name(message, &position)
        }
        throw Malformed(reason: "its aliases go round, or on for more than \(Self.mostAliases)")
    }

    /// RFC 1035 §4.1.4.
    private static func name(_ message: [UInt8], _ position: inout Int) throws(Malformed) -> WireName {
        var labels: [[UInt8]] = []
        var octets = 1
        var next = position
        var isAside = false
        var earliest = position
        while true {
            guard next < message.count else { throw Malformed(reason: "a name is cut off") }
            let length = Int(message[next])
            switch length {
            case 0:
                if !isAside { position = next + 1 }
                return WireName(labels: labels)
            case 1...63:
                guard next + 1 + length <= message.count else { throw Malformed(reason: "a name is cut off") }
                octets += length + 1
                guard octets <= 255 else { throw Malformed(reason: "a name has more than 255 octets") }
                labels.append(Array(message[(next + 1)...(next + length)]))
                next += length + 1
            case 0xC0...0xFF:
                guard next + 1 < message.count else { throw Malformed(reason: "a name is cut off") }
                let target = (length & 0x3F) << 8 | Int(message[next + 1])
                guard target < earliest else { throw Malformed(reason: "a name points forwards") }
                if !isAside { position = next + 2 }
                isAside = true
                earliest = target
                next = target
            default:
                throw Malformed(reason: "a label is of an unknown kind")
            }
        }
    }

    private static func number(_ message: [UInt8], _ position: Int) -> Int {
        Int(message[position]) << 8 | Int(message[position + 1])
    }
}
