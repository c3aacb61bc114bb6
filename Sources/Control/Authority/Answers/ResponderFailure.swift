/// Why a responder is not as it should be. What it has goes on being served while it holds.
public enum ResponderFailure: Error, Equatable, Sendable {
    case store(StoreFailure)
    case issuance(IssuanceFailure)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .store(let failure): failure.explanation
        case .issuance(let failure): "the responder has no new certificate: \(failure.explanation)"
        }
    }
}
