import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonKeys
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import Synchronization
import Testing

@Suite("Gathering: lists are at hand before they are needed, and the last good one stays")
struct Gathering {
    private let chain = TestPKI.goodChain()
    private let folder: TemporaryFolder
    private let home: HomeFolder
    private let place: RevocationPlace
    private let server = FakeServer()

    /// Gives what it was last told to give, or the failure.
    private final class FakeServer: Sendable {
        private let next = Mutex(Result<[UInt8], FetchFailure>.failure(.cutOff))
        private let count = Mutex(0)

        var asked: Int { count.withLock { $0 } }

        func gives(_ octets: [UInt8]) { next.withLock { $0 = .success(octets) } }
        func fails(_ failure: FetchFailure) { next.withLock { $0 = .failure(failure) } }

        @Sendable func fetch(_ address: FetchAddress, _ time: Int64) async throws(FetchFailure) -> [UInt8] {
            count.withLock { $0 += 1 }
            return try next.withLock { $0 }.get()
        }
    }

    init() throws {
        folder = try TemporaryFolder()
        home = HomeFolder(folder.path)
        place = try RevocationPlace("http://lists.example/issuing.crl")
    }

    private func gatherer(_ places: RevocationPlace...) throws -> RevocationGatherer {
        var settings = RevocationGatherer.Settings()
        settings.lists = places
        settings.signers = [try Certificate(der: chain.issuingDER)]
        return RevocationGatherer(
            settings, folder: home.revocation, fetch: server.fetch, now: { noon }, chance: { 0 })
    }

    private func list(_ number: UInt8, revokes: Bool = false) -> [UInt8] {
        var spec = ListSpec(chain.issuing, revoking: revokes ? chain.leaf.serialNumber : [0x7A])
        spec.number = [number]
        return spec.der
    }

    private func status(by gatherer: RevocationGatherer, at now: Date = noon) async throws -> RevocationStatus {
        let authorities = [try Certificate(der: chain.issuingDER), try Certificate(der: chain.rootDER)]
        return await gatherer.sources(with: .none).status(
            of: try Certificate(der: chain.leafDER), under: IssuerPath(authorities: authorities), at: now)
    }

    private let good = RevocationStatus.good(thisUpdate: noon - 1 * .hour, nextUpdate: noon + 1 * .hour)
    private let revoked = RevocationStatus.revoked(.unspecified, since: noon - 2 * .hour)

    @Test("R02: without its list a certificate is unknown, with it good or revoked; a failure is told once")
    func asking() async throws {
        let gatherer = try gatherer(place)
        server.fails(.status(404))
        #expect(await gatherer.start() == [.failed(place, why: "its server answers with status 404")])
        #expect(await gatherer.start() == [])
        #expect(try await status(by: gatherer) == .unknown(.noSource))
        server.gives(list(1))
        #expect(await gatherer.start() == [.changed])
        #expect(try await status(by: gatherer) == good)
        server.gives(list(2, revokes: true))
        #expect(await gatherer.start() == [.changed])
        #expect(try await status(by: gatherer) == revoked)
        #expect(await gatherer.start() == [])
    }

    @Test(
        "R02, R08: the last good list stays while its server fails, and when it gives an older one or none, until it ends"
    )
    func lastGood() async throws {
        let gatherer = try gatherer(place)
        server.gives(list(5))
        #expect(await gatherer.start() == [.changed])
        for (octets, why) in [
            (list(4, revokes: true), "list number 0x4 is older than 0x5, which is known here"),
            ([0x30, 0x82], "the revocation list is malformed: the input ends too soon, at offset 0"),
            (Array("<html>".utf8), "there is no revocation list in it, neither DER nor PEM"),
        ] {
            server.gives(octets)
            guard case .failed(place, let found) = await gatherer.start().first else {
                Issue.record("nothing is told")
                continue
            }
            #expect(found.hasPrefix(why.prefix(30)))
            #expect(try await status(by: gatherer) == good)
        }
        #expect(try await status(by: gatherer, at: noon + 2 * .hour) == .unknown(.stale(since: noon + 1 * .hour)))
    }

    /// Of the issuing authority, with the leaf.
    private func filter(_ number: Int64, revokes: Bool = false) throws -> [UInt8] {
        let key = chain.issuing.key
        let template = FilterTemplate(
            signatureAlgorithm: key.signatureAlgorithm, issuerKey: key.publicKey.fingerprint,
            number: ListNumber(number),
            thisUpdate: noon - 1 * .hour, nextUpdate: noon + 1 * .hour, covers: noon - 1 * .hour)
        var issued = IssuedCertificates()
        issued.append(try Certificate(der: chain.leafDER).serialNumber, isRevoked: revokes)
        var random = SeededRandom(seed: 1)
        let tbs = template.derBytes(of: issued) { random.bytes(16) }
        return try RevocationFilter.assemble(
            tbs: tbs, algorithm: key.signatureAlgorithm, signature: key.sign(tbs)
        ).der
    }

    @Test("a filter is gathered as a list is: kept, put in the place of an older one, and not pushed out by one")
    func filters() async throws {
        var settings = RevocationGatherer.Settings()
        settings.filters = [place]
        settings.signers = [try Certificate(der: chain.issuingDER)]
        func gatherer() -> RevocationGatherer {
            RevocationGatherer(settings, folder: home.revocation, fetch: server.fetch, now: { noon }, chance: { 0 })
        }
        let first = gatherer()
        server.gives(try filter(4))
        #expect(await first.start() == [.changed])
        #expect(await first.start() == [])
        #expect(try await status(by: first) == good)
        server.gives(try filter(5, revokes: true))
        #expect(await first.start() == [.changed])
        let revoked = RevocationStatus.revoked(.unspecified, since: noon - 1 * .hour)
        #expect(try await status(by: first) == revoked)
        server.gives(try filter(4))
        #expect(
            await first.start() == [.failed(place, why: "filter number 0x4 is older than 0x5, which is known here")])
        server.gives(list(9))
        guard case .failed(place, let why) = await first.start().first else {
            Issue.record("a list in a filter's place is taken")
            return
        }
        #expect(why.hasPrefix("the revocation filter is malformed"))
        server.fails(.cutOff)
        let next = gatherer()
        #expect(await next.start() == [])
        #expect(try await status(by: next) == revoked)
    }

    @Test("what was fetched is there at the next start, though the server is not; an older one is refused then too")
    func kept() async throws {
        server.gives(list(5))
        #expect(await (try gatherer(place)).start() == [.changed])
        server.fails(.cutOff)
        let next = try gatherer(place)
        let asked = server.asked
        #expect(await next.start() == [])
        #expect(try await status(by: next) == good)
        #expect(server.asked == asked)
        // Nobody waits for it, and it is asked all the same as soon as the ends run.
        server.gives(list(4))
        let (news, told) = AsyncStream.makeStream(of: RevocationGatherer.News.self)
        let running = Task { await next.run { told.yield($0) } }
        defer { running.cancel() }
        var iterator = news.makeAsyncIterator()
        #expect(
            await iterator.next()
                == .failed(place, why: "list number 0x4 is older than 0x5, which is known here"))
        try home.check()
    }

    @Test("a damaged copy is told and passed over")
    func damaged() async throws {
        server.gives(list(5))
        #expect(await (try gatherer(place)).start() == [.changed])
        for name in try FileManager.default.contentsOfDirectory(atPath: home.revocation.path) {
            try Data([0x30]).write(to: URL(fileURLWithPath: "\(home.revocation.path)/\(name)"))
        }
        let next = try gatherer(place)
        let news = await next.start()
        #expect(news.count == 2)
        #expect(try await status(by: next) == good)
    }

    @Test("a file is read, and read again when it changes")
    func files() async throws {
        let path = try folder.write(list(5), to: "issuing.crl")
        let gatherer = try gatherer(.file(path))
        #expect(await gatherer.start() == [.changed])
        #expect(try await status(by: gatherer) == good)
        let (news, told) = AsyncStream.makeStream(of: RevocationGatherer.News.self)
        let running = Task { await gatherer.run { told.yield($0) } }
        defer { running.cancel() }
        try folder.write(list(6, revokes: true), to: "issuing.crl")
        var iterator = news.makeAsyncIterator()
        #expect(await iterator.next() == .changed)
        #expect(try await status(by: gatherer) == revoked)
        #expect(server.asked == 0)
        try FileManager.default.removeItem(atPath: path)
        #expect(await iterator.next() == .failed(.file(path), why: "\(path) does not exist"))
        #expect(try await status(by: gatherer) == revoked)
    }
}
