public import Foundation
import SymbolonCertificates

/// Why an issuer was not prepared, activated or retired. Nothing was changed then.
public enum SuccessionFailure: Error, Equatable, Sendable {
    case unknown(String)
    case ambiguous(String, [String])
    /// From where it stands there is no such way.
    case notFrom(name: String, Issuer.State, wish: String)
    /// Replaced for a compromise: it is never used again.
    case compromised(name: String)
    /// These ends live, and have not confirmed the change that this one rests on.
    case stragglers([String])
    /// So many certificates below it are in use.
    case inUse(name: String, certificates: Int)
    /// A root below which an issuing authority is that is to go on.
    case rootInUse(name: String)
    case keyNotHere(Issuer.Role, name: String, because: String?)
    case deadlinePassed(Date)
    case keys(KeysUnavailable)
    case issuance(IssuanceFailure)
    case lists(ListPublicationFailure)
    case authority(AuthorityFailure)
    case store(StoreFailure)

    public var explanation: String {
        switch self {
        case .unknown(let word):
            "no root or issuing authority here is called \(word.debugDescription); at least four digits of its name are needed"
        case .ambiguous(let word, let names): "\(word) is the beginning of \(names.joined(separator: " and "))"
        case .notFrom(let name, let state, let wish): "\(name) is \(state.rawValue), and cannot be \(wish)"
        case .compromised(let name): "\(name) was replaced because it was compromised"
        case .stragglers(let names):
            "\(names.count == 1 ? "1 end lives and has" : "\(names.count) ends live and have") not confirmed it: "
                + names.prefix(Self.mostNamed).joined(separator: ", ") + (names.count > Self.mostNamed ? ", …" : "")
        case .inUse(let name, let count):
            "\(count == 1 ? "1 certificate" : "\(count) certificates") of \(name) "
                + (count == 1 ? "is live and was not replaced" : "are live and were not replaced")
        case .rootInUse(let name): "the active issuing authority is below \(name)"
        case .keyNotHere(let role, let name, let cause):
            "the \(role == .root ? "root" : "issuing") key \(name) is not here" + (cause.map { ": \($0)" } ?? "")
        case .deadlinePassed(let deadline): "\(CertificateTime(deadline)) has passed"
        case .keys(let failure): failure.explanation
        case .issuance(let failure): failure.explanation
        case .lists(let failure): failure.explanation
        case .authority(let failure): failure.explanation
        case .store(let failure): failure.explanation
        }
    }

    private static let mostNamed = 20
}
