public import Foundation
public import SymbolonRevocation

/// An intent and what became of it.
public struct IssuanceRecord: Equatable, Sendable {
    public let intent: IssuanceIntent
    public let state: IssuanceState

    public init(intent: IssuanceIntent, state: IssuanceState) {
        self.intent = intent
        self.state = state
    }

    /// The signed certificate in DER, when one is known.
    public var certificate: [UInt8]? {
        switch state {
        case .issued(let certificate, _): certificate
        case .revoked(_, let certificate): certificate
        case .intended, .abandoned: nil
        }
    }
}

/// Where a record stands; `AuthorityStore` draws the ways between.
public enum IssuanceState: Equatable, Sendable {
    case intended
    case issued(certificate: [UInt8], at: Date)
    case abandoned(because: String, at: Date)
    /// `certificate` is `nil` when it was never completed.
    case revoked(Revocation, certificate: [UInt8]?)

    public enum Name: String, Codable, CaseIterable, Sendable {
        case intended, issued, abandoned, revoked
    }

    public var name: Name {
        switch self {
        case .intended: .intended
        case .issued: .issued
        case .abandoned: .abandoned
        case .revoked: .revoked
        }
    }
}
