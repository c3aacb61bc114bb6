import NIOCore
import Testing

@testable import SymbolonProxy

@Suite("Who waited too long is turned away, where more come than can be served")
final class OverloadTests {
    private var overload = Overload(patience: .seconds(1), spell: .seconds(5))
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func judge(_ milliseconds: Int64, after seconds: Int64) -> (Bool, Overload.Change?) {
        overload.judge(waited: .milliseconds(milliseconds), at: start + .seconds(seconds))
    }

    private func tells(_ milliseconds: Int64, after seconds: Int64, _ turnsAway: Bool, _ change: Overload.Change?)
        -> Bool
    {
        let (away, told) = judge(milliseconds, after: seconds)
        return away == turnsAway && told == change
    }

    private func isBegun() -> Bool {
        _ = judge(1200, after: 0)
        return tells(1300, after: 5, true, .began(waiting: .milliseconds(1300)))
    }

    @Test("while all is well one in sixteen is asked, and nobody is turned away")
    func well() {
        var asked = 0
        for _ in 0..<160 where overload.arrive() { asked += 1 }
        #expect(asked == 10)
        #expect(tells(400, after: 0, false, nil))
        #expect(tells(999, after: 60, false, nil))
    }

    @Test("a rush that is over within the spell is served, however long it waits")
    func rush() {
        for second in Int64(0)..<5 { #expect(tells(4000, after: second, false, nil)) }
        #expect(tells(100, after: 5, false, nil))
        #expect(tells(4000, after: 6, false, nil), "the next rush is another")
    }

    @Test("who seems new among those who wait does not end the spell, nor what comes of it")
    func seemsNew() {
        for second in Int64(0)..<5 {
            #expect(tells(2000, after: second, false, nil))
            #expect(tells(0, after: second, false, nil))
        }
        #expect(tells(2000, after: 5, true, .began(waiting: .seconds(2))))
        #expect(tells(0, after: 6, false, nil))
        #expect(tells(2000, after: 6, true, nil))
    }

    @Test("after the spell those are turned away who waited longer than the patience, and no others; each is asked")
    func turnsAway() {
        #expect(isBegun())
        #expect(overload.arrive() && overload.arrive())
        #expect(tells(1000, after: 6, true, nil))
        #expect(tells(999, after: 6, false, nil))
        #expect(tells(1001, after: 6, true, nil))
    }

    @Test("it is over when for a spell none has waited so long; how many were turned away is told")
    func over() {
        #expect(isBegun())
        _ = judge(2000, after: 6)
        #expect(tells(0, after: 10, false, nil))
        #expect(tells(500, after: 11, false, nil))
        #expect(tells(499, after: 11, false, .ended(turnedAway: 2)))
        #expect(tells(1200, after: 12, false, nil), "another spell has to pass")
        #expect(tells(1200, after: 17, true, .began(waiting: .milliseconds(1200))))
        #expect(tells(0, after: 22, false, .ended(turnedAway: 1)), "each spell has a count of its own")
    }

    @Test("who waited for something else is not turned away for it")
    func relieved() {
        _ = judge(3000, after: 0)
        #expect(overload.relieve() == nil)
        #expect(tells(3000, after: 5, false, nil))
    }
}
