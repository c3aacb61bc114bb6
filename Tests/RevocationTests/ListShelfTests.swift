import Foundation
import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §5.2.3: what one place gives over time")
struct ListShelves {
    private typealias Shelf = PublicationShelf<CertificateList>

    private let standing: Standing
    private let signers: [Certificate]

    init() throws {
        standing = try Standing()
        signers = [standing.issuing]
    }

    private func spec(number: UInt8, thisUpdate: Date = noon - 1 * .hour) -> ListSpec {
        var spec = standing.list
        spec.number = [number]
        spec.thisUpdate = thisUpdate
        return spec
    }

    @Test("R08: a newer list takes the older one's place; an older one is refused, and what is there stays")
    func numbers() throws {
        var shelf = Shelf()
        try shelf.take([spec(number: 5).list()], from: signers)
        try shelf.take([spec(number: 6).list()], from: signers)
        #expect(shelf.publications.map(\.number?.description) == ["0x6"])
        let failure = #expect(throws: ShelfRefusal.self) {
            try shelf.take([spec(number: 5).list()], from: signers)
        }
        #expect(failure?.explanation == "list number 0x5 is older than 0x6, which is known here")
        #expect(throws: ShelfRefusal.self) {
            try shelf.take([spec(number: 6, thisUpdate: noon - 2 * .hour).list()], from: signers)
        }
        try shelf.take([spec(number: 6, thisUpdate: noon - 60).list()], from: signers)
        #expect(shelf.publications.map(\.thisUpdate) == [noon - 60])
        #expect(shelf.publications.compactMap(\.nextUpdate).min() == noon + 1 * .hour)
    }

    @Test("R08: a list that nobody has signed neither pushes out one that somebody has, nor keeps a newer one away")
    func forged() throws {
        var shelf = Shelf()
        try shelf.take([spec(number: 5).list()], from: signers)
        var forged = spec(number: 100)
        forged.breaksSignature = true
        try shelf.take([forged.list()], from: signers)
        #expect(Set(shelf.publications.map(\.number?.description)) == ["0x5", "0x64"])
        let path = IssuerPath(authorities: [standing.issuing, standing.root])
        #expect(
            RevocationSources(lists: shelf.publications).status(of: standing.leaf, under: path, at: noon)
                == Standing.good)
        try shelf.take([spec(number: 6).list()], from: signers)
        #expect(shelf.publications.map(\.number?.description) == ["0x6"])
    }

    @Test("R08: what a peer's path has proved counts as proved from then on")
    func provedLater() throws {
        var shelf = Shelf()
        try shelf.take([spec(number: 9).list()], from: [])
        let path = IssuerPath(authorities: [standing.issuing, standing.root])
        #expect(shelf.publications.map(\.hasSigner) == [false])
        #expect(
            RevocationSources(lists: shelf.publications).status(of: standing.leaf, under: path, at: noon)
                == Standing.good)
        #expect(shelf.publications.map(\.hasSigner) == [true])
        #expect(throws: ShelfRefusal.self) { try shelf.take([spec(number: 8).list()], from: []) }
        // One that nobody proved keeps nothing away.
        shelf = Shelf()
        try shelf.take([spec(number: 9).list()], from: [])
        try shelf.take([spec(number: 8).list()], from: [])
        #expect(shelf.publications.map(\.number?.description) == ["0x8"])
    }

    @Test(
        "lists of several scopes, and a delta beside its base, stand side by side; one that is unusable changes nothing"
    )
    func series() throws {
        var (base, delta, authorities) = (spec(number: 5), spec(number: 7), spec(number: 1))
        delta.base = [5]
        authorities.scope = Scope(onlyAuthorities: true)
        var shelf = Shelf()
        try shelf.take([base.list(), delta.list(), authorities.list()], from: signers)
        #expect(shelf.publications.count == 3)
        base.number = [6]
        base.nextUpdate = nil
        #expect(throws: ShelfRefusal.unusable("list", .nextUpdateMissing)) {
            try shelf.take([spec(number: 8).list(), base.list()], from: signers)
        }
        #expect(Set(shelf.publications.map(\.number?.description)) == ["0x5", "0x7", "0x1"])
    }
}
