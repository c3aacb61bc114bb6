import Foundation
import NIOCore
import NIOPosix
import ServiceLifecycle
import SymbolonAuthority
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonNames
import SymbolonStorage

/// Serves an authority until it is asked to end.
///
/// SIGTERM and SIGINT let what is under way finish; a second signal ends at once.
struct AuthorityRunner {
    let authority: LocalAuthority
    let options: ServeOptions
    let publishing: PublishOptions
    let acme: ACMEOptions
    let renewal: RenewalPolicy
    let report: EndReport
    private let manager = ServiceManager()

    func run() async throws {
        let signals = Signals.asksToEnd()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: Processors.usable)
        do {
            try await serve(until: signals, on: group)
        } catch {
            await report.flush()
            throw error
        }
        await report.flush()
        try? await group.shutdownGracefully()
    }

    private func serve(until signals: AsyncStream<Int32>, on group: MultiThreadedEventLoopGroup) async throws {
        let address = try options.address()
        let configuration = authority.issuing.configuration
        let names = try options.chosenNames() ?? ServerNames.found(listeningOn: address.host, configuration)
        try await FirstAdministrator(authority: authority, report: report).provide()
        let published = try published(on: group)
        let server = try await AuthorityServer(
            authority, at: address, names: names,
            acme: acme.offers ? acme.server(authority, renewal: renewal, on: group) : nil,
            published: published, renewal: renewal, limits: options.limits,
            observer: ReadyObserver(next: report, manager: manager), report: report, on: group)
        do {
            try await ServiceGroup.run(server.services, until: signals, stopping: stopping)
        } catch let failure as IOError {
            throw Complaint(cannotListenOn: address, failure)
        }
    }

    private var stopping: (@Sendable () -> Void)? {
        guard let manager else { return nil }
        return { manager.tell(.stopping) }
    }

    /// What keeps lists and answers and what serves them, where certificates name an address.
    private func published(on group: MultiThreadedEventLoopGroup) throws -> PublishedParts? {
        guard let address = authority.issuing.configuration.publishedAt.first else {
            guard publishing.listen == nil else {
                throw Complaint(
                    what: "--publish-on says where to listen, and no certificate says where lists are",
                    mend: "name the address as well: --publish-at http://HOST:PORT", exit: .undecided)
            }
            return nil
        }
        let place = try publishing.place(for: address)
        let responding = RespondingService(authority, observer: report)
        return PublishedParts(
            lists: PublishingService(authority, observer: report), responding: responding,
            server: PublicService(
                server: PublicServer(
                    host: place.host, port: place.port,
                    lists: PublicationCatalog(lists: authority.store),
                    filters: PublicationCatalog(filters: authority.store),
                    responder: responding?.responder, answers: responding?.measures ?? AnswerMeasures(),
                    limits: options.limits, observer: report, group: group), place: place,
                content: "revocation lists", option: "symbolon up --publish-on HOST:PORT"))
    }
}

extension Complaint {
    fileprivate init(cannotListenOn address: HostAndPort, _ failure: IOError) {
        self.init(
            what: "the authority cannot be served on \(address)", why: "\(failure)",
            mend: "end what listens there, or choose another place: symbolon up --listen HOST:PORT")
    }
}

/// Tells the service manager when the authority listens.
private struct ReadyObserver: ServerObserver {
    let next: EndReport
    let manager: ServiceManager?

    func server(_ event: ServerEvent) {
        next.server(event)
        if case .listening = event { manager?.tell(.ready) }
    }
}
