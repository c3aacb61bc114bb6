public import Foundation
internal import SymbolonCertificates
internal import SymbolonKeys

/// An OCSP answer as it came: parsed, nothing believed. RFC 6960 §4.2.1.
public struct StatusAnswer: Equatable, Sendable {
    /// As it came.
    public let der: [UInt8]
    /// The largest that is read, in octets. 64 KiB: one status and a responder's chain are under 8 KiB.
    public static let largest = 1 << 16
    /// Statuses, certificates or extensions in one answer. 64: each costs a comparison, a delegate one signature.
    static let mostParts = 64

    /// What the answer must carry back; nil: it answers no question of ours.
    let asked: StatusNonce?
    let parsed: ParsedAnswer

    /// - Parameter question: the one that this answers; nil for an answer that was stapled or kept.
    public init(der: some Collection<UInt8>, to question: StatusQuestion? = nil) throws(AnswerFailure) {
        guard der.count <= Self.largest else { throw .tooLarge(octets: der.count, limit: Self.largest) }
        self.der = Array(der)
        parsed = try ParsedAnswer(self.der)
        asked = question?.nonce
    }

    /// When the responder signed, by its own word.
    public var producedAt: Date { parsed.producedAt.date }
    /// How many certificates it speaks of.
    public var count: Int { parsed.statuses.count }
    public var nonce: StatusNonce? { parsed.nonce }
    /// The earliest moment at which a part of it stops being true, where it says so.
    public var nextUpdate: Date? { parsed.statuses.compactMap(\.nextUpdate?.date).min() }

    /// The very same answer, octet for octet.
    public static func == (one: StatusAnswer, other: StatusAnswer) -> Bool { one.der == other.der }
}
