import Crypto
import SymbolonClients
import SymbolonEnrollment
import SymbolonNames
import SymbolonWire

/// One challenge, and how it is asked of a validator in tests.
enum Applicant {
    static let token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
    static let keyAuthorization = token + ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
    static let file = "/.well-known/acme-challenge/" + token

    static var digest: [UInt8] { Array(SHA256.hash(data: Array(keyAuthorization.utf8))) }
    static var record: String { Base64URL.encode(digest) }

    static func question(_ kind: ChallengeKind, _ text: String) throws -> ChallengeQuestion {
        let identifier: ACMEIdentifier =
            if let address = try? IPAddress(text) { .ip(address) } else { .dns(try DNSPattern(text)) }
        return ChallengeQuestion(
            kind: kind, identifier: identifier, token: token, keyAuthorization: keyAuthorization)
    }

    /// What the validator says, as one line: the place, or the kind and detail of the problem.
    static func outcome(
        _ validator: ChallengeValidator, _ kind: ChallengeKind, _ name: String
    ) async throws -> Outcome {
        let question = try question(kind, name)
        do throws(ValidationFailure) {
            return .valid(try await validator.validate(question).place)
        } catch {
            return .invalid(error.problem.kind, error.problem.detail)
        }
    }

    enum Outcome: Equatable, CustomStringConvertible {
        case valid(String)
        case invalid(ACMEProblem.Kind, String)

        var isValid: Bool { if case .valid = self { true } else { false } }

        func isInvalid(_ kind: ACMEProblem.Kind, _ words: String) -> Bool {
            if case .invalid(kind, let detail) = self { detail.contains(words) } else { false }
        }

        var description: String {
            switch self {
            case .valid(let place): "valid at \(place)"
            case .invalid(let kind, let detail): "\(kind): \(detail)"
            }
        }
    }
}
