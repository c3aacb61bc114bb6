import Foundation
import Testing

@testable import SymbolonProxy
@testable import symbolon

@Suite("The last records of connections that a process keeps")
struct RecentEventsTests {
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    private func record(_ id: UInt64) -> EndEvent {
        .backendFailed(
            BackendFailureFacts(
                id: id, service: "web", role: .protect, target: "127.0.0.1:1", explanation: "refused", at: Self.noon))
    }

    private func ids(_ recent: RecentEvents) throws -> [Int] {
        try recent.lines().map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["id"] as? Int)
        }
    }

    @Test("the last 512, oldest first, however many there were", arguments: [0, 3, 512, 513, 1_030])
    func last(count: Int) throws {
        let recent = RecentEvents()
        for id in 0..<count { recent.add(record(UInt64(id)), at: Self.noon) }
        #expect(try ids(recent) == Array((0..<count).suffix(512)))
    }

    @Test("of connections, and of nothing else")
    func others() throws {
        let recent = RecentEvents()
        recent.add(.stopped(service: "web", role: .protect), at: Self.noon)
        recent.add(record(7), at: Self.noon)
        recent.add(.listening(service: "web", role: .protect, address: "127.0.0.1:1"), at: Self.noon)
        #expect(try ids(recent) == [7])
    }
}
