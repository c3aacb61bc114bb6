public import NIOCore
import NIOPosix
public import SymbolonEnrollment
import SymbolonNames

/// Looks for what answers a challenge: by HTTP, by TLS and by DNS.
public struct ChallengeValidator: ChallengeValidation {
    private let resolver: Resolver
    private let settings: ValidationSettings
    private let group: any EventLoopGroup

    /// - Parameter group: a look that is asked for on one of its loops stays there; without one, loops of the process's own.
    public init(
        _ settings: ValidationSettings = ValidationSettings(), resolver: Resolver,
        group: (any EventLoopGroup)? = nil
    ) {
        self.settings = settings
        self.resolver = resolver
        self.group = group ?? MultiThreadedEventLoopGroup.singleton
    }

    public func validate(
        _ question: ChallengeQuestion
    ) async throws(ValidationFailure) -> ValidationEvidence {
        do throws(ChallengeFailure) {
            return try await look(question)
        } catch {
            throw ValidationFailure(error)
        }
    }

    private func look(_ question: ChallengeQuestion) async throws(ChallengeFailure) -> ValidationEvidence {
        let host: Destination.Host =
            switch question.identifier {
            case .dns(let pattern): .name(pattern.base)
            case .ip(let address): .address(address)
            }
        switch question.kind {
        case .http01:
            let challenge = HTTPChallenge(resolver: resolver, settings: settings, group: group)
            let seen = try await challenge.validate(
                host, token: question.token, keyAuthorization: question.keyAuthorization)
            return ValidationEvidence(
                place: Self.place(seen.address, seen.port), details: ["url": seen.url])
        case .tlsALPN01:
            let challenge = TLSChallenge(resolver: resolver, settings: settings, group: group)
            let address = try await challenge.validate(host, keyAuthorization: question.keyAuthorization)
            return ValidationEvidence(place: Self.place(address, settings.tlsPort))
        case .dns01:
            let place = try await DNSChallenge(resolver: resolver).validate(
                host, keyAuthorization: question.keyAuthorization)
            return ValidationEvidence(place: "dns", details: ["name": place])
        }
    }

    private static func place(_ address: IPAddress, _ port: Int) -> String {
        address.version == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
