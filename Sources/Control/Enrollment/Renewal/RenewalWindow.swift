public import Foundation
import SymbolonAuthority
public import SymbolonCertificates

/// The time in which a certificate should be renewed: what RFC 9773 §4.2 calls `suggestedWindow`.
public struct RenewalWindow: Equatable, Sendable, Codable {
    public let start: Date
    public let end: Date

    /// Nil when the end is not after the start (RFC 9773 §4.2: such a window is not one).
    public init?(start: Date, end: Date) {
        guard start < end else { return nil }
        self.start = start
        self.end = end
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let start = try values.decode(Date.self, forKey: .start)
        guard let window = RenewalWindow(start: start, end: try values.decode(Date.self, forKey: .end)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .end, in: values, debugDescription: "the window ends before it begins")
        }
        self = window
    }

    /// Every moment of it is as likely as any other (RFC 9773 §4.2), so that what was issued together is not renewed
    /// together.
    public func moment(using random: inout some RandomNumberGenerator) -> Date {
        start + end.timeIntervalSince(start) * Double.random(in: 0...1, using: &random)
    }
}

/// A certificate's life as its holder counts it: from when it was made, without the backdating, to its end.
public struct CertificateLife: Equatable, Sendable {
    public let start: Date
    public let end: Date

    public init(start: Date, end: Date) {
        self.start = min(start, end)
        self.end = end
    }

    public init(of certificate: Certificate) {
        let backdating = TimeInterval(IssuingAuthority.backdating.components.seconds)
        self.init(start: certificate.notBefore + backdating, end: certificate.notAfter)
    }

    public var length: TimeInterval { end.timeIntervalSince(start) }

    /// Seconds until the end; negative after it.
    public func left(at now: Date) -> TimeInterval { end.timeIntervalSince(now) }

    /// A part of the life. `nil` for a certificate that is over as it begins.
    func window(_ parts: ClosedRange<Double>) -> RenewalWindow? {
        RenewalWindow(start: start + length * parts.lowerBound, end: start + length * parts.upperBound)
    }

    /// Two thirds into its life, less up to a fifteenth of it: for a holder whom nobody has told anything.
    public var uninformedWindow: RenewalWindow? { window(0.6...(2.0 / 3)) }

    /// What our own authority suggests: over before half of the life is, so that an authority that is away for less than
    /// half of a life is not noticed.
    public var suggestedWindow: RenewalWindow? { window(0.4...0.48) }
}
