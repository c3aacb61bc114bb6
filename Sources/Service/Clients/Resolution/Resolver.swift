import Foundation
public import SymbolonNames

/// Asks name servers, those configured or those of the system (`/etc/resolv.conf`; `/etc/hosts` is not read, for what is
/// vouched for is what DNS says).
///
/// It trusts what they answer: they should be on this machine or behind a network that is trusted, and check DNSSEC.
/// Bounded: ten seconds a question, a thousand questions at a time, eight aliases.
public final class Resolver: Sendable {
    /// RFC 1034 §3.6.2: aliases across responses, where a server does not follow them itself.
    private static let mostAliases = 8

    private let queue: QuestionQueue

    /// - Parameter servers: none: those of the system.
    public init(servers: [NameServer] = []) {
        let queue = QuestionQueue()
        self.queue = queue
        let thread = Thread { AresChannel(queue, servers: servers).run() }
        thread.name = "resolver"
        thread.start()
    }

    deinit { queue.end() }

    /// RFC 1035 §3.4.1 and RFC 3596 §2.1: both kinds, IPv6 first. A server that fails on one kind does not hide the other.
    public func addresses(of name: DNSName) async throws(ResolutionFailure) -> [IPAddress] {
        async let six = found(.aaaa, at: WireName(name))
        async let four = found(.a, at: WireName(name))
        let found = await [six, four]
        let octets = found.flatMap { (try? $0.get()) ?? [] }
        if octets.isEmpty { for result in found { _ = try result.get() } }
        do {
            return try octets.map { octets throws(NameFailure) in try IPAddress(bytes: octets) }
        } catch {
            throw .malformed(error.explanation)
        }
    }

    /// RFC 1035 §3.3.14: each record's strings, joined.
    func texts(at name: WireName) async throws(ResolutionFailure) -> [[UInt8]] {
        try await records(.txt, at: name).map { data throws(ResolutionFailure) in try Self.joined(data) }
    }

    /// The data of all records of one type, aliases followed; none: there are none, or there is no such name.
    func records(_ type: RecordType, at name: WireName) async throws(ResolutionFailure) -> [[UInt8]] {
        guard name.isShortEnough else { return [] }
        var name = name
        for _ in 0...Self.mostAliases {
            let question = Question(name.text, type)
            queue.add(question)
            let message = try await question.value().get()
            if message.isEmpty { return [] }
            let finding: AnswerSection.Finding
            do throws(AnswerSection.Malformed) {
                finding = try AnswerSection(message).find(type, at: name)
            } catch {
                throw .malformed(error.reason)
            }
            switch finding {
            case .records(let data): return data
            case .nothing: return []
            case .alias(let other): name = other
            }
        }
        throw .tooManyAliases
    }

    private func found(_ type: RecordType, at name: WireName) async -> Result<[[UInt8]], ResolutionFailure> {
        do throws(ResolutionFailure) {
            return .success(try await records(type, at: name))
        } catch {
            return .failure(error)
        }
    }

    private static func joined(_ data: [UInt8]) throws(ResolutionFailure) -> [UInt8] {
        var text: [UInt8] = []
        var rest = data[...]
        while let length = rest.first {
            guard rest.count > Int(length) else { throw .malformed("a text is cut off") }
            text += rest.dropFirst().prefix(Int(length))
            rest = rest.dropFirst(Int(length) + 1)
        }
        return text
    }
}
