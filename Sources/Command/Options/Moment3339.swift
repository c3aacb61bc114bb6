import ArgumentParser
import Foundation
import SymbolonWire

/// A time on the command line: RFC 3339, as in `2026-06-01T12:00:00Z`.
struct Moment3339: ExpressibleByArgument, Equatable {
    let date: Date

    init?(argument: String) {
        guard let date = try? RFC3339.parse(argument) else { return nil }
        self.date = date
    }
}
