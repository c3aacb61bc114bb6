import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonRevocation

@Suite("What a filter says of a certificate, and when it says nothing")
struct FilterChecks {
    private let standing: Standing
    private var maker = FilterMaker()

    init() throws {
        standing = try Standing()
        // The leaf began an hour before noon.
        maker.covers = noon - 120
    }

    private func issued(leafIsRevoked: Bool) throws -> IssuedCertificates {
        var issued = try FilterMaker.issued(0..<500) { $0.isMultiple(of: 10) }
        issued.append(standing.leaf.serialNumber, isRevoked: leafIsRevoked)
        return issued
    }

    private func status(_ filters: [RevocationFilter], at now: Date = noon) -> RevocationStatus {
        RevocationSources(filters: filters).status(
            of: standing.leaf, under: IssuerPath(authorities: [standing.issuing, standing.root]), at: now)
    }

    private func good(_ maker: FilterMaker) -> RevocationStatus {
        .good(thisUpdate: maker.thisUpdate, nextUpdate: maker.nextUpdate)
    }

    @Test("good, and revoked")
    func said() throws {
        #expect(status([try maker.complete(of: issued(leafIsRevoked: false))]) == good(maker))
        #expect(
            status([try maker.complete(of: issued(leafIsRevoked: true))])
                == .revoked(.unspecified, since: maker.thisUpdate))
    }

    @Test(
        "R16: a certificate that began after what the filter covers is unknown, never good; one second earlier it is good"
    )
    func newer() throws {
        var maker = maker
        maker.covers = standing.leaf.notBefore - 1
        #expect(
            status([try maker.complete(of: issued(leafIsRevoked: false))])
                == .unknown(.issuedAfterFilter(covers: standing.leaf.notBefore - 1)))
        maker.covers = standing.leaf.notBefore
        #expect(status([try maker.complete(of: issued(leafIsRevoked: false))]) == good(maker))
    }

    @Test("R16: a certificate that had ended when the filter was made is unknown")
    func ended() throws {
        var maker = maker
        maker.thisUpdate = standing.leaf.notAfter + 1
        maker.nextUpdate = maker.thisUpdate + 3600
        #expect(
            status([try maker.complete(of: issued(leafIsRevoked: false))], at: maker.thisUpdate + 1)
                == .unknown(.endedBeforeFilter(thisUpdate: maker.thisUpdate)))
    }

    @Test("a newer filter takes an older one's place, and one made for it brings it up to date")
    func order() throws {
        var later = maker
        later.thisUpdate = noon - 30
        let older = try maker.complete(1, of: issued(leafIsRevoked: false))
        let newer = try later.complete(2, of: issued(leafIsRevoked: true))
        #expect(status([newer, older]) == .revoked(.unspecified, since: later.thisUpdate))
        #expect(status([older]) == good(maker))
        let update = try later.update(
            3, to: older, covered: issued(leafIsRevoked: true), since: IssuedCertificates())
        #expect(status([older, update]) == .revoked(.unspecified, since: later.thisUpdate))
        // An update of another base says nothing.
        #expect(status([newer, update]) == .revoked(.unspecified, since: newer.thisUpdate))
        #expect(status([update]) == .unknown(.filterWithoutBase))
        // A hold that was released.
        let released = try later.update(
            3, to: newer, covered: issued(leafIsRevoked: false), since: IssuedCertificates())
        #expect(status([newer, released]) == good(later))
    }

    @Test("an update speaks for those issued since its base by their begin")
    func since() throws {
        var (maker, later) = (maker, maker)
        maker.covers = standing.leaf.notBefore - 1
        let base = try maker.complete(1, of: FilterMaker.issued(0..<500) { $0.isMultiple(of: 10) })
        for isRevoked in [false, true] {
            var since = try FilterMaker.issued(500..<600) { $0.isMultiple(of: 3) }
            since.append(standing.leaf.serialNumber, isRevoked: isRevoked)
            later.thisUpdate = noon - 30
            let update = try later.update(
                2, to: base, covered: FilterMaker.issued(0..<500) { $0.isMultiple(of: 10) }, since: since)
            #expect(
                status([base, update])
                    == (isRevoked ? .revoked(.unspecified, since: later.thisUpdate) : good(later)))
        }
        #expect(status([base]) == .unknown(.issuedAfterFilter(covers: maker.covers)))
    }

    @Test(
        "after nextUpdate what was good is unknown and what was revoked is revoked; before thisUpdate nothing is known")
    func age() throws {
        let good = try maker.complete(of: issued(leafIsRevoked: false))
        let revoked = try maker.complete(of: issued(leafIsRevoked: true))
        let late = maker.nextUpdate + 1
        #expect(status([good], at: late) == .unknown(.stale(since: maker.nextUpdate)))
        #expect(status([revoked], at: late) == .revoked(.unspecified, since: maker.thisUpdate))
        #expect(status([good], at: maker.nextUpdate) == self.good(maker))
        let early = maker.thisUpdate - 1
        #expect(status([good], at: early) == .unknown(.notYetCurrent(from: maker.thisUpdate)))
    }

    @Test("one that the issuer's key did not sign, or that speaks for another key, says nothing")
    func signer() throws {
        var forged = maker
        forged.key = TestKeys.key("another")
        let other = try forged.complete(of: issued(leafIsRevoked: true))
        #expect(status([other]) == .unknown(.noSource))
        // In our issuer's name, by another's key.
        var template = maker.template(1)
        template.signatureAlgorithm = forged.key.signatureAlgorithm
        var random = SeededRandom(seed: 3)
        let lying = try forged.sign(template.derBytes(of: issued(leafIsRevoked: true)) { random.bytes(16) })
        #expect(status([lying]) == .unknown(.filterNotProved(.signatureInvalid)))
        #expect(status([lying, try maker.complete(of: issued(leafIsRevoked: false))]) == good(maker))
    }

    @Test("a signer whose key usage lacks cRLSign says nothing by a filter either")
    func usage() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.keyUsage = [.keyCertSign]
        let standing = try Standing(chain)
        let filter = try maker.complete(of: issued(leafIsRevoked: false))
        let path = IssuerPath(authorities: [standing.issuing, standing.root])
        #expect(
            RevocationSources(filters: [filter]).status(of: standing.leaf, under: path, at: noon)
                == .unknown(.filterNotProved(.signerMayNotSignLists)))
    }
}
