import Crypto
import Foundation

/// Nonces for those who come back after their certificate's end: each is good once, for a short time, at the node that gave
/// it.
///
/// A nonce is a random part, its time, and a MAC over both, so that giving one out keeps nothing; only those used are
/// remembered, until they would end by themselves. Another node refuses it, and its answer has a nonce of its own.
struct RenewalNonces: Sendable {
    /// 5 minutes: a slow key and a slow line fit in many times.
    static let life: TimeInterval = 300
    /// The most that are remembered. Beyond it none is taken for the rest of the five minutes: each stands for a signature
    /// that was verified.
    private static let mostUsed = 100_000

    private let key = SymmetricKey(size: .bits256)
    private var used: [[UInt8]: Date] = [:]
    private var nextSweep: Date = .distantPast

    /// 16 random octets, 8 of time in milliseconds, 32 of MAC.
    func make(at now: Date, using random: inout some RandomNumberGenerator) -> [UInt8] {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        let body =
            (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            + (0..<8).map { UInt8(truncatingIfNeeded: milliseconds >> (56 - 8 * $0)) }
        return body + Array(HMAC<SHA256>.authenticationCode(for: body, using: key))
    }

    /// Given out here and not too old. Says nothing of whether it was used.
    func isOurs(_ nonce: [UInt8], at now: Date) -> Bool {
        guard nonce.count == 56 else { return false }
        let (body, code) = (Array(nonce[..<24]), Array(nonce[24...]))
        guard HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key) else { return false }
        let milliseconds = body[16...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let age = now.timeIntervalSince1970 - Double(milliseconds) / 1000
        return age > -Self.life && age <= Self.life
    }

    /// True the first time.
    mutating func use(_ nonce: [UInt8], at now: Date) -> Bool {
        if now >= nextSweep {
            used = used.filter { $0.value > now }
            nextSweep = now + Self.life / 10
        }
        guard used.count < Self.mostUsed, used[nonce] == nil else { return false }
        used[nonce] = now + 2 * Self.life
        return true
    }
}
