import Foundation
import NIOCore
import SymbolonCertificates
import SymbolonClients
import SymbolonStorage
import SymbolonWire

extension RevocationGatherer {
    /// Nil where nothing is configured.
    static func make(_ configuration: RunConfiguration, home: EndsHome?) throws -> RevocationGatherer? {
        let places = configuration.revocation
        guard !places.isEmpty else { return nil }
        var settings = Settings()
        settings.lists = places.lists
        settings.answers = places.answers
        settings.filters = places.filters
        settings.signers = try places.signers.flatMap { path in
            do {
                return try CertificateFile.anchors(path, at: Date())
            } catch {
                throw Complaint(
                    what: "the signers of revocation lists cannot be used", why: ExplainedError.text(error),
                    exit: .configuration)
            }
        }
        if let refresh = places.refresh { settings.refresh = refresh.inSeconds }
        let fetcher = Fetcher()
        return RevocationGatherer(
            settings,
            anchors: anchors(of: configuration) + [home?.authority?.root, home?.authority?.issuing].compactMap { $0 },
            folder: home?.folder.revocation
        ) { address, time throws(FetchFailure) in
            try await fetcher.get(address, atMost: RevocationFile.limit, within: .seconds(time))
        }
    }

    /// Those that cannot be read are told where the ends are started.
    private static func anchors(of configuration: RunConfiguration) -> [Certificate] {
        (configuration.protected.map(\.identity) + configuration.doors.map(\.identity)).flatMap { source in
            guard case .files(_, _, let anchors) = source else { return [Certificate]() }
            return (try? CertificateFile.anchors(anchors, at: Date())) ?? []
        }
            + configuration.protected.flatMap { service in
                guard case .file(let anchors)? = service.backendTLS?.anchors else { return [Certificate]() }
                return (try? CertificateFile.anchors(anchors, at: Date())) ?? []
            }
    }
}

extension EndReport {
    func tell(_ news: RevocationGatherer.News) {
        guard case .failed(let place, let why) = news else { return }
        warn(
            nil, "nothing new on revocation from \(place); what it gave before stays in force until it ends", why: why,
            mend: "it is asked again; put it right, or name another place")
    }
}
