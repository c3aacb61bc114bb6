import Foundation
import SymbolonAdministration
import SymbolonCertificates
import SymbolonStorage

/// Where services can be reached: noted by the authority in the home, or by the one that the home is paired with.
extension EndsHome {
    func address(of service: String) async throws -> HostAndPort? {
        if let authority {
            return try await authority.store.endpoint(of: service).map { try HostAndPort($0.address) }
        }
        guard let elsewhere = try administration(as: nil) else { return nil }
        do {
            return try HostAndPort(try await elsewhere.perform(FindEndpoint(service: service)).address)
        } catch let failure as AdministrationFailure where failure.kind == .notFound {
            return nil
        }
    }

    func publish(_ service: String, at address: String) async throws {
        if let elsewhere = try administration(as: service) {
            _ = try await elsewhere.perform(PublishEndpoint(service: service, address: address))
        } else {
            try await AuthorityDatabase.open(folder.store())
                .publish(ServiceEndpoint(service: service, address: address, updatedAt: Date()))
        }
    }

    func withdraw(_ service: String, at address: String) async throws {
        if let elsewhere = try administration(as: service) {
            _ = try await elsewhere.perform(WithdrawEndpoint(service: service, address: address))
        } else {
            try await AuthorityDatabase.open(folder.store()).withdraw(service: service, address: address)
        }
    }

    /// The authority that this home is paired with, asked as the service itself where it has an identity here, else as the
    /// identity that came with the pairing. Nil: the home has an authority of its own, or none.
    private func administration(as service: String?) throws -> (any Administration)? {
        guard authority == nil, let passphrase, let paired = try folder.pairedAuthority(),
            let place = paired.addresses.first
        else { return nil }
        let names = [service, paired.identity].compactMap { $0 }.compactMap { try? IdentityName($0) }
        for name in names {
            guard let identity = try? folder.loadIdentity(name, with: passphrase), identity.canProveClient else {
                continue
            }
            return try RemoteAuthority(at: HostAndPort(place), as: identity).administration
        }
        throw Complaint(
            what: "the authority at \(place) cannot be asked",
            why:
                "no identity of \(folder.path) may open a connection to it: a certificate of the profile service only answers",
            mend: "have the service paired with the profile workload, which does both")
    }
}

extension StoredIdentity {
    /// RFC 5280 §4.2.1.12.
    fileprivate var canProveClient: Bool { leaf.extensions.extendedKeyUsage?.contains(.clientAuth) ?? true }
}
