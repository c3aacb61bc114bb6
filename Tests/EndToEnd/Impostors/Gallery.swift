import Foundation
import SymbolonTestSupport
import Synchronization
import Testing

/// A protected service before which all impostors of the suite line up, and the list of what became of them.
final class Gallery: Sendable {
    @TaskLocal static var open: Gallery?

    /// The least that tells a slow peer from an honest one on a busy machine, in seconds.
    static let handshakeDeadline = 2

    let machine: Machine
    let wardrobe: Wardrobe
    let backend: Backend
    let protect: Ends
    let port: Int
    private let rows = Mutex<[[String]]>([])
    private let welcomes = Atomic<Int>(0)

    init() async throws {
        machine = try Machine()
        wardrobe = try Wardrobe(machine)
        backend = try Backend(.answers)
        protect = try machine.start(
            "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
            "--handshake-deadline", "\(Self.handshakeDeadline)")
        port = try await protect.listening()
    }

    /// Knocks with these papers, and requires one refusal, for this reason and with this alert, and a backend that learns
    /// nothing of it.
    @discardableResult
    func refuses(
        _ who: String, _ papers: Papers?, _ options: [String] = [], reason: String, alert: Alert,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Event {
        let (before, bytes, connections) = (protect.count, backend.bytes, backend.connections)
        let knock = try await Knock.at(port, papers, options)
        let refusal = try await refusal(
            of: who, after: before, reason: reason, alert: alert, sourceLocation: sourceLocation)
        #expect(knock.alert == alert.rawValue, "\(who): \(knock.log)", sourceLocation: sourceLocation)
        #expect(knock.answer.isEmpty, "\(who)", sourceLocation: sourceLocation)
        #expect(backend.bytes == bytes && backend.connections == connections, sourceLocation: sourceLocation)
        return refusal
    }

    /// Requires that the first refusal after so many lines, of this address if one is given, is for this reason, and enters it in the list.
    @discardableResult
    func refusal(
        of who: String, after count: Int, from address: String? = nil, reason: String, alert: Alert? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Event {
        let refusal = try await protect.event("refused", after: count, sourceLocation: sourceLocation) { event in
            address.map { event["address"] == $0 } ?? true
        }
        #expect(refusal["reason"] == reason, "\(who): \(refusal)", sourceLocation: sourceLocation)
        for field in ["explanation", "remedy"] {
            #expect(refusal[field]?.isEmpty == false, "\(who): \(field)", sourceLocation: sourceLocation)
        }
        rows.withLock { $0.append([who, refusal["reason"] ?? "", alert?.description ?? "-"]) }
        return refusal
    }

    /// The honest twin: knocks and is served.
    @discardableResult
    func serves(
        _ papers: Papers? = nil, options: [String] = [], at port: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Event {
        let before = protect.count
        let knock = try await Knock.at(port ?? self.port, papers ?? wardrobe.honest, options)
        #expect(knock.answer == Backend.answer, "\(knock.log)", sourceLocation: sourceLocation)
        welcomes.wrappingAdd(1, ordering: .relaxed)
        return try await protect.event("accepted", after: before, sourceLocation: sourceLocation)
    }

    /// Ends the service: what it and its backend counted is what happened here, and no more.
    func close() async throws {
        let counters = try await protect.stop()
        let (list, welcomes) = (rows.withLock { $0 }, welcomes.load(ordering: .relaxed))
        #expect(counters.number("accepted") == welcomes)
        for reason in Set(list.map { $0[1] }) {
            #expect(counters.number("refused.\(reason)") == list.count { $0[1] == reason }, "\(reason)")
        }
        #expect(counters.number("backendBytesBeforeProof") == 0)
        #expect(counters.number("handshakesInProgress") == 0)
        #expect(backend.connections == welcomes)
        #expect(backend.bytes == welcomes * Knock.request.utf8.count)
        print(Self.table(list))
    }

    private static func table(_ rows: [[String]]) -> String {
        let rows = [["impostor", "reason", "alert"]] + rows
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

/// One gallery for all tests of a suite, and of the suites in it.
struct GalleryTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let gallery = try await Gallery()
        try await Gallery.$open.withValue(gallery) { try await function() }
        try await gallery.close()
    }
}

extension Trait where Self == GalleryTrait {
    static var gallery: Self { Self() }
}
