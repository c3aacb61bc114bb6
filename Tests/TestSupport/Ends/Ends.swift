import Foundation
public import Testing

/// A running `protect`, `reach` or `run`, and the lines that it writes.
public final class Ends: Sendable {
    /// For whatever is waited for: many times what it takes, so that it ends a test that would hang and no other.
    public static let patience: Duration = .seconds(60)

    public let program: RunningProgram
    private var lines: LineLog { program.lines }
    private var complaints: LineLog { program.complaints }

    public init(_ arguments: [String], by wrapper: [String] = []) throws {
        program = try RunningProgram(wrapper + [try BuiltProgram.path("symbolon")] + arguments)
    }

    /// Whether it still runs.
    public var isRunning: Bool { program.isRunning }

    /// What it has in memory, in bytes; 0 when it is gone.
    public var residentBytes: Int { program.residentBytes }

    /// How many files it has open.
    public var openFiles: Int { get throws { try program.openFiles } }

    public func signal(_ number: Int32) { program.signal(number) }

    /// Waits for the first line, from those already written on, of which this holds.
    @discardableResult
    public func event(
        _ name: String, after count: Int = 0, within patience: Duration = Ends.patience,
        sourceLocation: SourceLocation = #_sourceLocation,
        where holds: @escaping @Sendable (Event) -> Bool = { _ in true }
    ) async throws -> Event {
        let found = await lines.first(after: count, within: patience) { line -> Event? in
            guard let event = Event(line), event["event_type"] == name, holds(event) else { return nil }
            return event
        }
        return try #require(
            found, "no \(name) among:\n\(lines.text)\n\(complaints.text)", sourceLocation: sourceLocation)
    }

    /// Waits for the first line, event or not, of which this holds.
    public func line(
        sourceLocation: SourceLocation = #_sourceLocation, where holds: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        let found = await lines.first(after: 0, within: Self.patience) { holds($0) ? $0 : nil }
        return try #require(
            found, "no such line among:\n\(lines.text)\n\(complaints.text)", sourceLocation: sourceLocation)
    }

    /// Waits until there have been so many events of this name, and gives the last of them, counted from 0.
    @discardableResult
    public func event(
        _ name: String, number: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Event {
        var next = 0
        for _ in 0..<number {
            try await event(name, after: next, sourceLocation: sourceLocation)
            next = (lines.all[next...].firstIndex { Event($0)?["event_type"] == name } ?? next) + 1
        }
        return try await event(name, after: next, sourceLocation: sourceLocation)
    }

    /// How many lines have been written so far.
    public var count: Int { lines.count }

    /// The port that the end listens at; of a service, where there are several.
    public func listening(_ service: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> Int
    {
        let event = try await event("listening", sourceLocation: sourceLocation) { event in
            service.map { event["service"] == $0 } ?? true
        }
        return try #require(event["address"]?.split(separator: ":").last.flatMap { Int($0) })
    }

    /// Waits for the end of the process: its status and what it complained of.
    public func ended(sourceLocation: SourceLocation = #_sourceLocation) async throws -> (
        status: Int32, complaint: String
    ) {
        let status = await program.ended(within: Self.patience)
        return (
            try #require(status, "it does not end:\n\(lines.text)", sourceLocation: sourceLocation), complaints.text
        )
    }

    /// Asks it to end, and gives the counters that it ends with.
    public func stop(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Event {
        // A busy end has written a million lines, and this is among the last.
        let known = max(0, lines.count - 1_000)
        signal(SIGTERM)
        let counters = try await event("counters", after: known, sourceLocation: sourceLocation)
        let ended = try await ended(sourceLocation: sourceLocation)
        #expect(ended.status == 0, "\(ended.complaint)", sourceLocation: sourceLocation)
        return counters
    }

    /// What `read` makes of the first object, event or not, of which it makes anything; nil when none comes in time.
    public func first<Value: Sendable>(_ read: @escaping @Sendable (Event) -> Value?) async -> Value? {
        await lines.first(after: 0, within: Self.patience) { line in Event(line).flatMap(read) }
    }

    /// The events written so far.
    public var events: [Event] { lines.all.compactMap { Event($0) } }

    /// How many of these lines are events of which this holds.
    public func count(in range: Range<Int>, where holds: (Event) -> Bool) -> Int {
        lines.all[range].count { line in Event(line).map(holds) ?? false }
    }
}

/// One JSON line.
public struct Event: Sendable, CustomStringConvertible {
    public let description: String
    private let texts: [String: String]
    private let numbers: [String: Int]

    public init?(_ line: String) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            return nil
        }
        description = line
        texts = object.compactMapValues { $0 as? String }
        var numbers = object.compactMapValues { ($0 as? NSNumber)?.intValue }
        for (name, value) in object["refused"] as? [String: NSNumber] ?? [:] {
            numbers["refused.\(name)"] = value.intValue
        }
        self.numbers = numbers
    }

    public subscript(_ name: String) -> String? { texts[name] }
    public func number(_ name: String) -> Int? { numbers[name] }
}
