import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonRevocation

@Suite("What one place gives of filters over time")
struct FilterShelves {
    private typealias Shelf = PublicationShelf<RevocationFilter>

    private let standing: Standing
    private let signers: [Certificate]
    private var maker = FilterMaker()

    init() throws {
        standing = try Standing()
        signers = [standing.issuing]
    }

    private func filter(_ number: Int64, by key: SigningKey? = nil) throws -> RevocationFilter {
        var random = SeededRandom(seed: 7)
        var signer = maker
        if let key { signer.key = key }
        return try signer.sign(maker.template(number).derBytes(of: IssuedCertificates()) { random.bytes(16) })
    }

    private func numbers(_ shelf: Shelf) -> [String] { shelf.publications.map { $0.number.description }.sorted() }

    @Test("R08: a newer filter takes the older one's place; an older one is refused, and what is there stays")
    func newest() throws {
        var shelf = Shelf()
        try shelf.take([filter(5)], from: signers)
        try shelf.take([filter(6)], from: signers)
        #expect(throws: ShelfRefusal.older("filter", ListNumber(5), held: ListNumber(6))) {
            try shelf.take([filter(5)], from: signers)
        }
        #expect(numbers(shelf) == ["0x6"])
    }

    @Test("R08: a filter that nobody has signed neither pushes out one that somebody has, nor keeps a newer one away")
    func forged() throws {
        var shelf = Shelf()
        try shelf.take([filter(5)], from: signers)
        try shelf.take([filter(100, by: TestKeys.key("another"))], from: signers)
        #expect(numbers(shelf) == ["0x5", "0x64"])
        try shelf.take([filter(6)], from: signers)
        #expect(numbers(shelf) == ["0x6"])
    }

    @Test("what a peer's path has proved counts as proved from then on")
    func provedLater() throws {
        var shelf = Shelf()
        try shelf.take([filter(9)], from: [])
        #expect(shelf.publications.map(\.hasSigner) == [false])
        #expect(shelf.publications[0].isSigned(by: maker.key.publicKey))
        #expect(throws: ShelfRefusal.self) { try shelf.take([filter(8)], from: []) }
        shelf = Shelf()
        try shelf.take([filter(9)], from: [])
        try shelf.take([filter(8)], from: [])
        #expect(numbers(shelf) == ["0x8"])
    }

    @Test("a complete filter and an update stand side by side")
    func update() throws {
        var shelf = Shelf()
        let base = try filter(5)
        try shelf.take([base], from: signers)
        try shelf.take(
            [maker.update(6, to: base, covered: IssuedCertificates(), since: IssuedCertificates())], from: signers)
        #expect(numbers(shelf) == ["0x5", "0x6"])
    }
}
