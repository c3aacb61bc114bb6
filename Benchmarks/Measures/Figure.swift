import Foundation

/// What one operation cost, measured in rounds; printed as one line of JSON.
struct Figure: Encodable {
    let name: String
    let unit: Unit
    /// One for each round.
    let samples: [Double]

    enum Unit: String, Encodable {
        case microsecondsCPU = "µs CPU"
        case millisecondsCPU = "ms CPU"
        case perSecond = "per second"
        case milliseconds = "ms"
        case megabytes = "MB"
        case bits = "bits"
    }

    func print() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
