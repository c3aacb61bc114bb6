import Foundation
import NIOCore
import NIOPosix
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy
import SymbolonStorage
import SymbolonTransport
import SymbolonVerification

extension EndsRunner {
    /// - Parameter sockets: that listen already.
    func start(
        _ service: RunConfiguration.Protected, _ keeper: TrustKeeper, _ ends: EndsService,
        _ sockets: [NamedEnd: [OpenListener]]
    ) async throws {
        let name = try Input.parse(service.name, as: "the name of a service", IdentityName.init)
        let source = try source(service.identity, default: name, for: name)
        // Before anything is issued, as far as the domain is known.
        if let domain = keeper.home?.trustDomain { _ = try Admission.clients(service.allow, in: domain) }
        try await keeper.hold(source, for: .protect)
        let domain = await keeper.trustDomain(of: source)
        let allowed = try Admission.clients(service.allow, in: domain)
        let base = AdmissionBase.clients(allowed)
        let (rules, admission) = try await rules(
            service.policy, of: service.name, beside: base, in: domain, keeper, readsRequests: service.http != nil)
        if allowed.isEmpty, case .none = rules {
            report.warn(
                service.name, "nobody is allowed: every peer will be refused, proved or not", why: "no rule means no",
                mend:
                    "name who may pass: --allow client, --allow 'person/*', --policy FILE, --policy authority, or allow: in the configuration"
            )
        }
        await warnUnlessResolved(service.backend, of: service.name)

        var definition = ServiceDefinition(
            name: service.name, listen: service.listen.map(\.endpoint), backend: service.backend.endpoint,
            backendHeader: service.backendHeader, http: service.http)
        definition.tls = TLSSettings(service.options)
        definition.listeners = sockets[NamedEnd(role: .protect, service: service.name)] ?? []
        var wish = TrustKeeper.Wish(
            source: source, admission: admission, rules: rules, revocationMode: service.options.revocation,
            tokenKeys: service.tokenKeys, issuers: try issuers(service, in: domain))
        if let asked = service.backendTLS {
            let names = try asked.names(in: domain)
            var tls = HTTPService.BackendTLS(names: names)
            tls?.serverName = asked.host
            tls?.showsIdentity = asked.showsIdentity
            definition.http?.backendTLS = tls
            wish.backend = .init(
                anchors: try asked.anchors.map(BackendAnchors.init), revocationMode: asked.revocation, names: names,
                place: service.backend.description)
        }
        try await keeper.publishKeys(of: wish, for: service.name)
        let trust = try await keeper.trust(wish)
        if definition.http?.backendTLS?.showsIdentity == true, !trust.identity.isForClients {
            report.warn(
                service.name, "the service behind is shown no certificate, and if it asks for one it gets none",
                why: "\(trust.identity.name) is for servers alone",
                mend: "issue it for both, symbolon identity issue \(name) --profile workload; or say that none is to be"
                    + " shown: --http-backend-identity none")
        }
        let end: RunningEnd
        do {
            end = try await ServerEnd.start(
                definition, trust: trust, on: loops, observer: report, tracer: traces?.tracer)
        } catch {
            throw Complaint(starting: service.name, error)
        }
        warnOfBestEffort(trust, of: service.name)
        await keeper.keep(end, wish)
        let bound = end.addresses.lazy.compactMap(HostAndPort.init).first
        await ends.add(end, at: bound?.reachable, published: await published(bound, service.identity))
    }

    func start(
        _ door: RunConfiguration.Door, _ keeper: TrustKeeper, _ ends: EndsService,
        _ sockets: [NamedEnd: [OpenListener]]
    ) async throws {
        let name = try Input.parse(door.name, as: "the name of a service", IdentityName.init)
        let source = try source(door.identity, default: nil, for: name)
        let service = try await address(of: door, keeper, ends)
        try await keeper.hold(source, for: .reach)
        let domain = await keeper.trustDomain(of: source)
        let expected = try Admission.service(door.expect ?? door.name, in: domain)
        let (rules, admission) = try await rules(
            door.policy, of: door.name, beside: .service([expected]), in: domain, keeper)
        if !door.listen.isLoopback {
            report.warn(
                door.name, "whoever can connect to \(door.listen) speaks with this end's identity",
                why: "it is not an address of this machine alone", mend: "listen on 127.0.0.1 unless that is meant")
        }
        await warnUnlessResolved(service, of: door.name)

        var definition = DoorDefinition(
            name: door.name, listen: [door.listen.endpoint], service: service.endpoint)
        definition.serverName = if case .dns(let host) = expected { host.description } else { service.host }
        definition.tls = TLSSettings(door.options)
        definition.listeners = sockets[NamedEnd(role: .reach, service: door.name)] ?? []
        let wish = TrustKeeper.Wish(
            source: source, admission: admission, rules: rules, revocationMode: door.options.revocation)
        let trust = try await keeper.trust(wish)
        let end: RunningEnd
        do {
            end = try await ClientEnd.start(
                definition, trust: trust, on: loops, observer: report, tracer: traces?.tracer)
        } catch {
            throw Complaint(starting: door.name, error)
        }
        warnOfBestEffort(trust, of: door.name)
        await keeper.keep(end, wish)
        await ends.add(end, at: nil, published: nil)
    }

    /// Nothing starts with an issuer whose keys cannot be read.
    private func issuers(
        _ service: RunConfiguration.Protected, in domain: TrustDomain?
    ) throws -> [IssuerKeyFile] {
        try service.issuers.map { place in
            do throws(IssuerKeyFile.Fault) {
                return try IssuerKeyFile(place, in: domain)
            } catch {
                throw Complaint(
                    what: "\(error.what), so \(service.name) was not started", why: error.why,
                    mend: "correct the entry below http: tokens:, or its file", exit: .configuration)
            }
        }
    }

    /// Nothing starts under rules that cannot be read. Where the authority publishes them, none is known yet or the last one is.
    private func rules(
        _ place: RunConfiguration.PolicyPlace?, of end: String, beside base: AdmissionBase, in domain: TrustDomain?,
        _ keeper: TrustKeeper, readsRequests: Bool = false
    ) async throws -> (EndRules, TrustState.Admission) {
        switch place {
        case nil: return (.none, base.admission(nil))
        case .authority: return (.authority(base), base.admission(try await keeper.followPolicy(for: end)))
        case .file(let path):
            do {
                let file = try PolicyFile(path, beside: base, in: domain, readsRequests: readsRequests)
                file.warn(of: file.document, at: end, report)
                return (.file(file), file.admission)
            } catch {
                throw Complaint(error, so: ", so nothing was started")
            }
        }
    }

    private func source(
        _ source: RunConfiguration.IdentitySource, default standard: IdentityName?, for name: IdentityName
    ) throws -> IdentitySource {
        switch source {
        case .files(let certificate, let key, let anchors):
            return .files(name: name, certificate: certificate, key: key, anchors: anchors)
        case .home(name: let given?):
            return .home(folder, try Input.parse(given, as: "the name of an identity", IdentityName.init))
        case .home(name: nil):
            if let standard { return .home(folder, standard) }
            let names = (try? folder.identityNames()) ?? []
            if names.count == 1 {
                report.tell(.chosen(names[0], for: name.description))
                return .home(folder, names[0])
            }
            let has = names.map(\.description).joined(separator: ", ")
            throw Complaint(
                what: "nothing says as whom to reach \(name)", why: "the service wants to know who comes",
                mend: "name an identity with --as NAME" + (has.isEmpty ? "" : " (the home has \(has))"),
                exit: .undecided)
        }
    }

    /// Under which address the authority shall know a service; nil: the home has none to tell.
    private func published(
        _ bound: HostAndPort?, _ source: RunConfiguration.IdentitySource
    ) async -> HostAndPort? {
        guard case .home = source else { return nil }
        // Machines that were paired with the authority here ask for it too.
        if LocalAuthority.exists(in: folder) { return await bound?.reachableElsewhere() }
        guard let paired = try? folder.pairedAuthority() else { return nil }
        return await bound?.reachableElsewhere(toward: paired.addresses.first.flatMap { try? HostAndPort($0) })
    }

    /// What the operator says, else an end of this process, else what the authority has been told.
    private func address(
        of door: RunConfiguration.Door, _ keeper: TrustKeeper, _ ends: EndsService
    ) async throws -> HostAndPort {
        if let at = door.at { return at }
        if let here = await ends.address(of: door.name) { return here }
        if let noted = try await keeper.home?.address(of: door.name) { return noted }
        throw Complaint(
            what: "nothing says where \(door.name) listens",
            why: "no service of that name is protected on this machine, or known to the authority of this home",
            mend: "name it with --at HOST:PORT, or start it here: symbolon protect \(door.name) --to HOST:PORT",
            exit: .undecided)
    }

    private func warnOfBestEffort(_ trust: TrustState, of end: String) {
        guard case .bestEffort(because: let reason) = trust.revocationMode else { return }
        report.warn(
            end, "whether peers are revoked is not known here: a revoked one is let in until its certificate ends",
            why: "asked for: \(reason)",
            mend: "use identities of a home with their authority where revocation must cut at once")
    }

    /// The name may be known later: a warning, not a failure.
    private func warnUnlessResolved(_ target: HostAndPort, of service: String) async {
        do {
            _ = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(target.host, port: target.port)
            }
        } catch {
            report.warn(
                service, "the name in \(target) is not known to this machine", why: "\(error)",
                mend: "correct it if it is wrong; it is looked up again for every connection")
        }
    }
}

extension TLSSettings {
    init(_ options: RunConfiguration.EndOptions) {
        self.init()
        handshakeDeadline = .seconds(Int64(options.handshakeDeadline))
        if options.allowsTLS12 { minimumVersion = .tls12 }
        if options.demandsHybrid { keyExchange = .hybrid }
    }
}

extension HostAndPort {
    /// Nil for a Unix domain socket.
    init?(_ address: SocketAddress) {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        self.init(host: host, port: port)
    }
}
