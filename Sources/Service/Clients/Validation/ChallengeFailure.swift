import SymbolonEnrollment
import SymbolonNames

/// Why a challenge is not met.
enum ChallengeFailure: Error, Equatable, Sendable {
    case resolution(name: String, ResolutionFailure)
    case noAddress(name: String)
    /// All its addresses lie where we do not connect to; the first of them.
    case addressNotPermitted(IPAddress)
    case connection(String)
    /// http-01: a redirect to somewhere we do not go.
    case redirect(String)
    /// What is asked for is not there, and may come yet.
    case absent(String)
    /// The response, certificate or record is there, and is not what was asked for.
    case incorrect(String)
    case tls(String)
    /// RFC 8738 §7: an address is not validated by DNS.
    case notForAddresses
    /// Everything together took longer than this, in seconds.
    case tookTooLong(seconds: Int)

    /// One sentence in English without a full stop.
    var explanation: String {
        switch self {
        case .resolution(let name, let failure): "\(name): \(failure.explanation)"
        case .noAddress(let name): "\(name) has no address"
        case .addressNotPermitted(let address):
            "the address \(address) is not in a network that this authority connects to"
        case .connection(let why), .redirect(let why), .tls(let why): why
        case .absent(let what), .incorrect(let what): what
        case .notForAddresses: "an address cannot be validated by dns-01"
        case .tookTooLong(let seconds): "validation was not complete after \(seconds) s"
        }
    }
}

extension ValidationFailure {
    /// RFC 8555 §6.7: what the applicant is told.
    init(_ failure: ChallengeFailure) {
        let (kind, isTransient): (ACMEProblem.Kind, Bool) =
            switch failure {
            case .resolution(_, .tooManyAliases): (.dns, false)
            case .resolution, .noAddress: (.dns, true)
            case .addressNotPermitted, .redirect: (.connection, false)
            case .connection, .tookTooLong: (.connection, true)
            case .absent: (.incorrectResponse, true)
            case .incorrect: (.incorrectResponse, false)
            case .tls: (.tls, true)
            case .notForAddresses: (.malformed, false)
            }
        self.init(kind, Self.printable(failure.explanation), isTransient: isTransient)
    }

    /// Strangers' words go into logs and answers: a line of printable ASCII, 300 characters at most.
    private static func printable(_ text: String) -> String {
        let shown = text.unicodeScalars.map { scalar in
            (0x20...0x7E).contains(scalar.value) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }.joined()
        return shown.count <= 300 ? shown : "\(shown.prefix(299))…"
    }
}
