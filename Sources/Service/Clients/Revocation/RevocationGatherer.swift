public import Foundation
public import SymbolonCertificates
public import SymbolonRevocation
public import SymbolonStorage

/// Keeps what is configured on revocation at hand, fetched ahead of need: no handshake waits for it.
///
/// A place whose news is no good keeps what it gave before; what that is worth, its age says.
public actor RevocationGatherer {
    /// What an operator has configured.
    public struct Settings: Hashable, Sendable {
        public var lists: [RevocationPlace] = []
        public var answers: [RevocationPlace] = []
        public var filters: [RevocationPlace] = []
        /// Certificates of those who sign lists and are not in peers' paths.
        public var signers: [Certificate] = []
        /// The longest that a place goes unasked, in seconds. 1 h.
        public var refresh: TimeInterval = 3600

        public init() {}

        public var isEmpty: Bool { lists.isEmpty && answers.isEmpty && filters.isEmpty }
    }

    public enum News: Equatable, Sendable {
        /// There is something new in ``sources(with:)``.
        case changed
        /// What a place gave before stays. Told once for each reason.
        case failed(RevocationPlace, why: String)
    }

    /// Fetches from an address within the time, in seconds.
    public typealias Fetch = @Sendable (FetchAddress, _ within: Int64) async throws(FetchFailure) -> [UInt8]

    /// How long the start waits for a place of which nothing was kept, in seconds. 5: a list of a hundred thousand entries
    /// over 10 Mbit/s; what takes longer comes when it comes, and until then nothing is known by it.
    private static let timeAtStart: Int64 = 5
    /// How long a fetch may take while nobody waits for it. 60: a list of a million entries over 10 Mbit/s.
    private static let timeLater: Int64 = 60

    private let settings: Settings
    private let folder: RevocationFolder?
    private let schedule: RefreshSchedule
    private let fetch: Fetch
    private let now: @Sendable () -> Date
    private let chance: @Sendable () -> Double
    private var lists: [RevocationPlace: PublicationShelf<CertificateList>] = [:]
    private var answers: [RevocationPlace: StatusAnswer] = [:]
    private var filters: [RevocationPlace: PublicationShelf<RevocationFilter>] = [:]
    private var told: [RevocationPlace: String] = [:]
    /// What was kept of them is good for the time being.
    private var unasked: Set<RevocationPlace> = []
    /// Certificates that may have signed lists: those configured, and the anchors.
    private let signers: [Certificate]

    /// - Parameters:
    ///   - anchors: who may sign lists, too.
    ///   - folder: keeps what was fetched for the next start; nil: nothing is kept.
    public init(
        _ settings: Settings, anchors: [Certificate] = [], folder: RevocationFolder?,
        fetch: @escaping Fetch,
        now: @escaping @Sendable () -> Date = { Date() },
        chance: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.settings = settings
        self.folder = folder
        self.fetch = fetch
        self.now = now
        self.chance = chance
        schedule = RefreshSchedule(longest: settings.refresh)
        signers = settings.signers + anchors
    }

    /// All that is known now, beside what the authority here has pushed.
    public func sources(with snapshot: RevocationSnapshot) -> RevocationSources {
        RevocationSources(
            snapshot: snapshot, lists: lists.values.flatMap(\.publications), answers: Array(answers.values),
            filters: filters.values.flatMap(\.publications), signers: settings.signers)
    }

    // MARK: Asking

    /// Takes what was kept, then asks every place of which nothing is known, all together. Before the first handshake.
    public func start() async -> [News] {
        var news: [News] = []
        for place in places { news += takeKept(of: place) }
        return await withTaskGroup(of: News?.self) { group in
            for place in places where !unasked.contains(place) {
                group.addTask { await self.ask(place, within: Self.timeAtStart) }
            }
            for await one in group { if let one { news.append(one) } }
            return news
        }
    }

    /// Asks each place again in its time, until the task is cancelled.
    public func run(
        on clock: some Clock<Duration> = ContinuousClock(), report: @escaping @Sendable (News) async -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            for place in places {
                group.addTask {
                    switch place {
                    case .file(let path): await self.watch(path, place, on: clock, report)
                    case .address: await self.refresh(place, on: clock, report)
                    }
                }
            }
        }
    }

    private nonisolated func watch(
        _ path: String, _ place: RevocationPlace, on clock: some Clock<Duration>, _ report: (News) async -> Void
    ) async {
        var watch = RevocationFileWatch(path)
        // The stamp comes first: a change while the file is read is then seen by the next look.
        if let news = await ask(place, within: 0) { await report(news) }
        while !Task.isCancelled {
            try? await clock.sleep(for: .milliseconds(500))
            if watch.poll(), let news = await ask(place, within: 0) { await report(news) }
        }
    }

    private nonisolated func refresh(
        _ place: RevocationPlace, on clock: some Clock<Duration>, _ report: (News) async -> Void
    ) async {
        var failures = 0
        while !Task.isCancelled {
            try? await clock.sleep(for: .seconds(await wait(for: place, after: failures)))
            guard !Task.isCancelled else { return }
            let news = await ask(place, within: Self.timeLater)
            failures = await told[place] == nil ? 0 : failures + 1
            if let news { await report(news) }
        }
    }

    private func wait(for place: RevocationPlace, after failures: Int) -> TimeInterval {
        if unasked.contains(place) { return chance() }
        if told[place] != nil { return schedule.afterFailure(max(1, failures), chance: chance()) }
        return schedule.afterSuccess(at: now(), until: end(of: place), chance: chance())
    }

    private func end(of place: RevocationPlace) -> Date? {
        lists[place]?.publications.compactMap(\.nextUpdate).min() ?? answers[place]?.nextUpdate
            ?? filters[place]?.publications.map(\.nextUpdate).min()
    }

    private var places: [RevocationPlace] { settings.lists + settings.answers + settings.filters }

    // MARK: Taking

    /// Nil when there is nothing new to tell.
    private func ask(_ place: RevocationPlace, within time: Int64) async -> News? {
        unasked.remove(place)
        do {
            let octets: [UInt8]
            switch place {
            case .file(let path): octets = try RevocationFile.read(path)
            case .address(let address): octets = try await fetch(address, time)
            }
            let isNew = try take(octets, of: place)
            told[place] = nil
            guard isNew else { return nil }
            if case .address(let address) = place { try folder?.keep(octets, of: address.description) }
            return .changed
        } catch {
            let why = Self.explanation(of: error)
            guard told.updateValue(why, forKey: place) != why else { return nil }
            return .failed(place, why: why)
        }
    }

    private func takeKept(of place: RevocationPlace) -> [News] {
        guard case .address(let address) = place, let folder else { return [] }
        do {
            try folder.prepare()
            guard let octets = try folder.load(address.description), try take(octets, of: place) else { return [] }
            if let end = end(of: place), end >= now() { unasked.insert(place) }
            return []
        } catch {
            return [.failed(place, why: "what was kept of it: " + Self.explanation(of: error))]
        }
    }

    /// Whether it is anything new.
    private func take(_ octets: [UInt8], of place: RevocationPlace) throws -> Bool {
        if settings.answers.contains(place) {
            let answer = try StatusAnswer(der: octets)
            if let held = answers[place] {
                guard answer != held else { return false }
                guard answer.producedAt >= held.producedAt else {
                    throw AnswerIsOlder(producedAt: answer.producedAt, held: held.producedAt)
                }
            }
            answers[place] = answer
            return true
        }
        if settings.filters.contains(place) {
            return try Self.put([RevocationFilter(der: octets)], on: &filters[place, default: .init()], from: signers)
        }
        return try Self.put(
            CertificateList.parse(octets), on: &lists[place, default: .init()], from: signers)
    }

    private static func put<Publication: NumberedPublication>(
        _ given: [Publication], on shelf: inout PublicationShelf<Publication>, from signers: [Certificate]
    ) throws(ShelfRefusal) -> Bool {
        let known = shelf.publications.map(\.der)
        guard given.contains(where: { !known.contains($0.der) }) else { return false }
        try shelf.take(given, from: signers)
        return true
    }

    private struct AnswerIsOlder: Error {
        let producedAt: Date
        let held: Date
    }

    private static func explanation(of error: any Error) -> String {
        switch error {
        case let failure as FetchFailure: failure.explanation
        case let failure as FileFailure: failure.explanation
        case let failure as ListFailure: failure.explanation
        case let refusal as ShelfRefusal: refusal.explanation
        case let failure as AnswerFailure: failure.explanation
        case let failure as FilterFailure: failure.explanation
        case let older as AnswerIsOlder:
            "the OCSP answer of \(CertificateTime(older.producedAt)) is older than that of \(CertificateTime(older.held)), which is known here"
        default: "\(error)"
        }
    }
}
