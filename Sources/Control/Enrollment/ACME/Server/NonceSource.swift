import Crypto
import Foundation
import SymbolonWire
import Synchronization

/// Anti-replay nonces (RFC 8555 §6.5): each is taken once, by the process that gave it out, while it is among the last
/// million.
///
/// A nonce is a counter and its MAC under a key that this process drew at its start, so none is stored anywhere: what is
/// remembered is one bit for each of the last million. A nonce of another server on the same store, or of this one before
/// a restart, is therefore `badNonce`, which every client answers by trying again with the fresh one that comes along
/// (RFC 8555 §6.5); to share them would cost a durable write a request.
final class NonceSource: Sendable {
    /// How many of the last are still taken.
    let window: UInt64
    private static let macOctets = 16
    /// Begun with the key once, which is half of what a code costs.
    private let keyed = HMAC<SHA256>(key: SymmetricKey(size: .bits256))
    private let state: Mutex<State>

    private struct State {
        var next: UInt64 = 0
        /// One bit for each of the last nonces: set when it was used.
        var used: [UInt64]
        /// The codes of the last few, which most are taken among: each in the place of its number.
        var recent = [Recent?](repeating: nil, count: recentCount)
    }

    private struct Recent {
        let number: UInt64
        let code: [UInt8]
    }

    /// 64: of as many clients as ask at the same time.
    private static let recentCount = 64

    /// - Parameter window: a multiple of 64. 2^20 unless told: at a thousand requests a second, a quarter of an hour; 128 KiB.
    init(window: UInt64 = 1 << 20) {
        self.window = window
        state = Mutex(State(used: [UInt64](repeating: 0, count: Int(window / 64))))
    }

    func make() -> String {
        let number = state.withLock { state in
            let number = state.next
            state.next += 1
            state.used[word(number)] &= ~Self.bit(number)
            return number
        }
        let counter = Self.octets(number)
        let code = mac(counter)
        state.withLock { $0.recent[Self.place(number)] = Recent(number: number, code: code) }
        return Base64URL.encode(counter + code)
    }

    /// True once for each nonce that was made here.
    func use(_ text: String) -> Bool {
        guard text.utf8.count <= 64, let octets = try? Base64URL.decode(text), octets.count == 8 + Self.macOctets else {
            return false
        }
        let counter = Array(octets[..<8])
        let number = counter.reduce(0) { $0 << 8 | UInt64($1) }
        let recent = state.withLock { $0.recent[Self.place(number)] }
        let code = recent.flatMap { $0.number == number ? $0.code : nil } ?? mac(counter)
        // Every octet is compared, however early two differ.
        guard zip(code, octets[8...]).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else { return false }
        return state.withLock { state in
            guard number < state.next, state.next - number <= window,
                state.used[word(number)] & Self.bit(number) == 0
            else { return false }
            state.used[word(number)] |= Self.bit(number)
            return true
        }
    }

    private func mac(_ counter: [UInt8]) -> [UInt8] {
        var code = keyed
        code.update(data: counter)
        return Array(code.finalize().prefix(Self.macOctets))
    }

    private static func octets(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    private static func place(_ number: UInt64) -> Int { Int(number % UInt64(recentCount)) }
    private func word(_ number: UInt64) -> Int { Int(number % window / 64) }
    private static func bit(_ number: UInt64) -> UInt64 { 1 << (number % 64) }
}
