import Foundation
import Synchronization

/// A name server on a loopback port that says what the test wants it to say. It speaks UDP.
public final class NameServerStub: Sendable {
    public struct Asked: Hashable, Sendable {
        public let name: String
        public let type: UInt16

        public init(name: String, type: UInt16) {
            self.name = name
            self.type = type
        }
    }

    public struct Record: Sendable {
        /// Nil: the name that was asked for.
        public var owner: String?
        public let type: UInt16
        public let data: [UInt8]

        public init(owner: String? = nil, type: UInt16, data: [UInt8]) {
            self.owner = owner
            self.type = type
            self.data = data
        }
    }

    public enum Reply: Sendable {
        case records([Record])
        /// RFC 1035 §4.1.1: 2 the server failed, 3 no such name, 5 refused.
        case code(UInt8)
        case silence
        /// In place of everything behind the header of 12 octets; counts of questions and answers as given.
        case raw(questions: UInt8, answers: UInt8, [UInt8])
    }

    public let port: Int
    private let socket: Socket
    private let counts = Mutex<[Asked: Int]>([:])

    /// - Parameter reply: gets the name in lower case, the type, and how often the same was asked before.
    public init(_ reply: @escaping @Sendable (_ name: String, _ type: UInt16, _ before: Int) -> Reply) throws {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        let socket = Socket(descriptor)
        var never = timeval(tv_sec: 0, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &never, socklen_t(MemoryLayout<timeval>.size))
        var address = Socket.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard unsafe bind(descriptor, pointer, length) == 0 else { return errno }
                return unsafe getsockname(descriptor, pointer, &length)
            }
        }
        guard result == 0 else { throw Socket.Failure(call: "bind", code: result) }
        self.socket = socket
        port = Int(in_port_t(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while let (query, sender) = Self.receive(socket.descriptor), let self {
                guard let answer = self.answer(to: query, reply) else { continue }
                Self.send(answer, to: sender, socket.descriptor)
            }
        }
    }

    /// A zone: the records of each name and type; what is not in it is not there.
    public convenience init(_ zone: [Asked: [[UInt8]]], aliases: [String: String] = [:]) throws {
        let names = Set(zone.keys.map(\.name)).union(aliases.keys)
        try self.init { name, type, _ in
            if let found = zone[Asked(name: name, type: type)] {
                return .records(found.map { Record(type: type, data: $0) })
            }
            if let target = aliases[name] { return .records([.alias(to: target)]) }
            return names.contains(name) ? .records([]) : .code(3)
        }
    }

    deinit { shutdown(socket.descriptor, Int32(SHUT_RDWR)) }

    /// How often a name was asked for a type.
    public func count(_ name: String, _ type: UInt16) -> Int {
        counts.withLock { $0[Asked(name: name, type: type)] ?? 0 }
    }

    /// All names that were asked for a type.
    public func asked(_ type: UInt16) -> Set<String> {
        counts.withLock { Set($0.keys.filter { $0.type == type }.map(\.name)) }
    }

    private func answer(
        to query: [UInt8], _ reply: @Sendable (String, UInt16, Int) -> Reply
    ) -> [UInt8]? {
        guard let (name, end) = Self.name(query), query.count >= end + 4 else { return nil }
        let type = UInt16(query[end]) << 8 | UInt16(query[end + 1])
        let before = counts.withLock { counts in
            let count = counts[Asked(name: name, type: type), default: 0]
            counts[Asked(name: name, type: type)] = count + 1
            return count
        }
        let question = Array(query[12..<(end + 4)])
        func message(_ code: UInt8, _ questions: UInt8, _ answers: UInt8, _ rest: [UInt8]) -> [UInt8] {
            Array(query[0..<2]) + [0x81, 0x80 | code, 0, questions, 0, answers, 0, 0, 0, 0] + rest
        }
        switch reply(name, type, before) {
        case .silence: return nil
        case .code(let code): return message(code, 1, 0, question)
        case .raw(let questions, let answers, let rest): return message(0, questions, answers, question + rest)
        case .records(let records):
            let section = records.flatMap { record -> [UInt8] in
                (record.owner.map(Self.wire) ?? [0xC0, 0x0C]) + Self.two(record.type) + [0, 1, 0, 0, 0, 0]
                    + Self.two(UInt16(record.data.count)) + record.data
            }
            return message(0, 1, UInt8(records.count), question + section)
        }
    }

    /// Labels, each with its length before it.
    public static func wire(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func two(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    private static func name(_ query: [UInt8]) -> (String, end: Int)? {
        var labels: [String] = []
        var position = 12
        while position < query.count, query[position] != 0 {
            let end = position + 1 + Int(query[position])
            guard end < query.count else { return nil }
            labels.append(String(decoding: query[(position + 1)..<end], as: UTF8.self).lowercased())
            position = end
        }
        return (labels.joined(separator: "."), position + 1)
    }

    private static func receive(_ descriptor: Int32) -> ([UInt8], sockaddr_in)? {
        var sender = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe withUnsafeMutablePointer(to: &sender) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe recvfrom(descriptor, &buffer, 4096, 0, $0, &length)
            }
        }
        return count > 0 ? (Array(buffer.prefix(count)), sender) : nil
    }

    private static func send(_ bytes: [UInt8], to address: sockaddr_in, _ descriptor: Int32) {
        _ = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

extension NameServerStub.Record {
    public static func v4(_ address: UInt8...) -> Self { Self(type: 1, data: address) }
    public static func v6(_ address: [UInt8]) -> Self { Self(type: 28, data: address) }
    public static func alias(to name: String) -> Self { Self(type: 5, data: NameServerStub.wire(name)) }
    public static func text(_ text: String) -> Self { Self(type: 16, data: NameServerStub.text(text)) }
    public static func caa(_ tag: String, _ value: String, critical: Bool = false) -> Self {
        Self(type: 257, data: NameServerStub.caa(tag, value, critical: critical))
    }
}

extension NameServerStub {
    /// RFC 1035 §3.3.14: strings of 255 octets at most.
    public static func text(_ text: String) -> [UInt8] {
        var rest = Array(text.utf8)[...]
        var data: [UInt8] = []
        repeat {
            let piece = rest.prefix(255)
            data += [UInt8(piece.count)] + piece
            rest = rest.dropFirst(255)
        } while !rest.isEmpty
        return data
    }

    public static func caa(_ tag: String, _ value: String, critical: Bool = false) -> [UInt8] {
        [critical ? 0x80 : 0, UInt8(tag.utf8.count)] + Array(tag.utf8) + Array(value.utf8)
    }
}
