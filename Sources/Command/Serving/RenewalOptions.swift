import ArgumentParser
import Foundation
import SymbolonEnrollment
import SymbolonWire

/// What the authority allows those who hold its certificates to renew by themselves.
struct RenewalOptions: ParsableArguments {
    @Option(
        name: .customLong("lapsed-days"),
        help: ArgumentHelp(
            "For how long after its end a certificate lets its holder come back by proving the same key, 0 to 365 "
                + "(default: 7).", valueName: "number"))
    var lapsedDays: Int?
    @Option(
        name: .customLong("renewals-per-second"),
        help: ArgumentHelp(
            "Over all holders; those that end first come first, the rest is told when to come again (default: 200).",
            valueName: "number"))
    var rate: Int?
    @Option(
        name: .customLong("renew-issued-before"),
        help: ArgumentHelp(
            "Have everything renewed now that was issued before this moment, as in 2026-06-01T12:00:00Z.",
            valueName: "time"))
    var replaceIssuedBefore: String?

    mutating func validate() throws {
        if let lapsedDays, !(0...365).contains(lapsedDays) {
            throw ValidationError("--lapsed-days is from 0 to 365.")
        }
        if let rate, !(1...100_000).contains(rate) {
            throw ValidationError("--renewals-per-second is from 1 to 100000.")
        }
    }

    var areGiven: Bool { lapsedDays != nil || rate != nil || replaceIssuedBefore != nil }

    func policy() throws -> RenewalPolicy {
        var policy = RenewalPolicy()
        if let lapsedDays { policy.lapsed = .seconds(Int64(lapsedDays) * 86_400) }
        if let rate { policy.rate = Double(rate) }
        policy.replaceIssuedBefore = try replaceIssuedBefore.map { try Input.parse($0, as: "a time", RFC3339.parse) }
        return policy
    }
}
