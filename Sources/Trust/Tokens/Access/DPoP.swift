import Crypto
public import Foundation
import SymbolonKeys
import SymbolonWire

/// A proof that came with a request, which its sender made with the key that its token is bound to (RFC 9449 §4.2). Only
/// `DPoPDesk` makes one.
public struct VerifiedDPoPProof: Equatable, Sendable {
    /// Of the key (RFC 7638).
    public let thumbprint: String
    /// It was made with a number that ends soon: the next is to be told (RFC 9449 §8.2).
    public let isNumberFormer: Bool
}

/// Takes proofs, each once.
///
/// The numbers that it gives out (RFC 9449 §9) say when a proof was made: one is given out for a minute, and taken for one more.
/// So what has to be remembered of proofs is remembered for as long as their number is taken, and no longer; where that is too
/// much, the next number is given out sooner.
public struct DPoPDesk: Sendable {
    /// What a proof has to be for.
    public struct Request {
        let method: String
        let isAddress: (String) -> Bool
        let token: String

        /// - Parameters:
        ///   - isAddress: whether this is the request's address, without query and fragment (RFC 9449 §4.3).
        ///   - token: the access token, as it was sent.
        public init(method: String, token: String, isAddress: @escaping (String) -> Bool) {
            self.method = method
            self.token = token
            self.isAddress = isAddress
        }
    }

    private struct Slot {
        let number: String
        let since: Duration
        var seen: Set<[UInt8]> = []
    }

    public static let period: Duration = .seconds(60)
    /// 50,000 proofs for a number, some five megabytes.
    static let most = 50_000
    /// RFC 9449 §11.1: five minutes, for the number says more surely how old a proof is.
    static let tolerance: TimeInterval = 300

    private let random: @Sendable () -> String
    private var current: Slot
    private var former: Slot?

    /// - Parameters:
    ///   - now: of a clock that nobody sets.
    ///   - random: a text that nobody can guess.
    public init(at now: Duration, random: @escaping @Sendable () -> String = Self.randomNumber) {
        self.random = random
        current = Slot(number: random(), since: now)
    }

    /// 128 random bits.
    public static func randomNumber() -> String {
        var octets: [UInt8] = []
        for _ in 0..<16 { octets.append(.random(in: .min ... .max)) }
        return Base64URL.encode(octets)
    }

    /// To be given to whoever asks.
    public mutating func number(at now: Duration) -> String {
        turn(now)
        return current.number
    }

    private mutating func turn(_ now: Duration) {
        let age = now - current.since
        if age >= Self.period || current.seen.count >= Self.most {
            former = age < Self.period * 2 ? current : nil
            current = Slot(number: random(), since: now)
        } else if let known = former, now - known.since >= Self.period * 2 {
            former = nil
        }
    }

    /// RFC 9449 §4.3, in its order; that it is the only one is the caller's to see.
    /// - Parameters:
    ///   - now: what the clock says.
    ///   - steady: of a clock that nobody sets.
    public mutating func verify(
        _ text: some StringProtocol, for request: Request, at now: Date, steady: Duration
    ) throws(TokenFailure) -> VerifiedDPoPProof {
        turn(steady)
        let proof: PresentedToken
        do throws(TokenFailure) { proof = try PresentedToken(text) } catch { throw Self.ofProof(error) }
        guard proof.type == "dpop+jwt" else {
            throw .type(proof.type.map { NamedInToken($0) }, needed: "dpop+jwt")
        }
        let key: PublicKey
        do throws(JWKFailure) {
            key = try JWK.parse(proof.header["jwk"] ?? .null)
        } catch {
            throw .proofKey(error)
        }
        do throws(TokenFailure) { try proof.verify(by: key) } catch { throw Self.ofProof(error) }
        guard let thumbprint = JWK.thumbprint(key) else { throw .form("the DPoP proof's key has no thumbprint") }
        guard try proof.text("htm") == request.method else { throw .method }
        guard request.isAddress(try proof.text("htu")) else { throw .address }
        let hash = Base64URL.encode(SHA256.hash(data: Array(request.token.utf8)).map(\.self))
        guard try proof.text("ath") == hash else { throw .tokenHash }
        guard let made = try proof.seconds("iat") else { throw .claim("iat") }
        guard abs(TimeInterval(made) - now.timeIntervalSince1970) <= Self.tolerance else { throw .proofTime }
        let number = proof.claims["nonce"]?.string
        try take(try proof.text("jti"), by: thumbprint, under: number)
        return VerifiedDPoPProof(thumbprint: thumbprint, isNumberFormer: number != current.number)
    }

    /// RFC 9449 §11.1: each once.
    private mutating func take(
        _ identifier: String, by thumbprint: String, under number: String?
    ) throws(TokenFailure) {
        let mark = SHA256.hash(data: Array("\(thumbprint).\(identifier)".utf8)).map(\.self)
        if number == current.number {
            guard current.seen.insert(mark).inserted else { throw .replayed }
        } else if let number, let known = former, number == known.number, known.seen.count < Self.most {
            guard former?.seen.insert(mark).inserted == true else { throw .replayed }
        } else {
            throw .nonce
        }
    }

    /// For tests: so many proofs have come.
    mutating func fill(_ count: Int) {
        for number in 0..<count { current.seen.insert(Array("\(number)".utf8)) }
    }

    private static func ofProof(_ failure: TokenFailure) -> TokenFailure {
        switch failure {
        case .form(let why): .form("of the DPoP proof: \(why)")
        case .signature: .form("the DPoP proof's signature is not by the key in it")
        case .tooLong(let limit): .form("the DPoP proof is longer than \(limit) octets")
        default: failure
        }
    }
}
