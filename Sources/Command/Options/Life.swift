import ArgumentParser

/// A span as operators write it: `90s`, `30m`, `24h`, `7d`.
struct Life: ExpressibleByArgument, Equatable {
    let duration: Duration

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Int64(argument.dropLast()), argument.dropLast().allSatisfy(\.isNumber), count > 0
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        duration = .seconds(seconds)
    }
}
