import SymbolonTestSupport
import Testing

@testable import SymbolonTransport

@Suite("Deadlines are met in their order")
struct DeadlinesTests {
    @Test("whatever order they are added in, they come out in the order in which they are due, and none too early")
    func order() {
        var random = SeededRandom(seed: 1)
        var deadlines = Deadlines<Int>()
        var model: [UInt64] = []
        for round in 0..<2_000 {
            let at = random.next() % 1_000
            deadlines.add(round, at: at)
            model.append(at)
            guard random.next() % 3 == 0 else { continue }
            let now = random.next() % 1_000
            model.sort()
            while let first = model.first, first <= now {
                #expect(deadlines.take(by: now)?.at == first)
                model.removeFirst()
            }
            #expect((deadlines.next ?? .max) > now)
        }
        #expect(deadlines.count == model.count && deadlines.next == model.min())
    }

    @Test("those that nobody waits for are forgotten, and the others keep their order")
    func kept() {
        var deadlines = Deadlines<Int>()
        for number in 0..<1_000 { deadlines.add(number, at: UInt64(number * 7919 % 1_000)) }
        deadlines.keep { _, number in number % 3 == 0 }
        var taken: [UInt64] = []
        while let next = deadlines.take(by: .max) {
            #expect(next.what % 3 == 0)
            taken.append(next.at)
        }
        #expect(taken.count == 334 && taken == taken.sorted())
    }
}
