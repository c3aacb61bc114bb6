import Foundation
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@testable import SymbolonAccessPolicy

@Suite("What reporters say holds for its time, and is bounded")
struct PostureBoardTests {
    private let patched = PostureSignal("patched")

    private func peer(_ name: String) throws -> PeerIdentity {
        .name(.spiffe(try SPIFFEID("spiffe://example.internal/\(name)")))
    }

    @Test("Z03: what has lapsed is forgotten, to the second, and the rest is not")
    func lapses() throws {
        var board = PostureBoard()
        let (laptop, phone) = (try peer("laptop"), try peer("phone"))
        let signals = Set([.healthy, try #require(patched)])
        #expect(board.report(signals, of: laptop, until: noon + 60, at: noon) == true)
        #expect(board.report([.healthy], of: laptop, until: noon + 120, at: noon) == true)
        #expect(board.report([.healthy], of: phone, until: noon + 60, at: noon) == true)
        board.forget(before: noon + 59)
        #expect(board.signals[laptop]?.count == 2 && board.signals[phone]?.count == 1)
        board.forget(before: noon + 60)
        #expect(board.signals == [laptop: [.healthy: noon + 120]])
        // Said anew, it holds as long as was said last, also where that is shorter.
        #expect(board.report([.healthy], of: laptop, until: noon + 90, at: noon + 60) == true)
        board.forget(before: noon + 90)
        #expect(board.signals.isEmpty)
    }

    @Test("Z03: what is withdrawn is gone at once, and nothing else; of whom nothing is known there is no trace")
    func withdrawn() throws {
        var board = PostureBoard()
        let (laptop, phone, patched) = (try peer("laptop"), try peer("phone"), try #require(patched))
        for peer in [laptop, phone] {
            #expect(board.report([.healthy, patched], of: peer, until: noon + 60, at: noon) == true)
        }
        board.withdraw([.healthy], of: laptop)
        #expect(board.signals[laptop] == [patched: noon + 60] && board.signals[phone]?.count == 2)
        board.withdraw([patched, .quarantined], of: laptop)
        #expect(Set(board.signals.keys) == [phone])
        board.withdraw([.healthy], of: laptop)
        #expect(Set(board.signals.keys) == [phone])
    }

    @Test("of a signal that two boards know, the later end holds, whichever board is asked")
    func both() throws {
        let (laptop, phone) = (try peer("laptop"), try peer("phone"))
        var (one, other) = (PostureBoard(), PostureBoard())
        #expect(one.report([.healthy], of: laptop, until: noon + 60, at: noon) == true)
        #expect(other.report([.healthy, .quarantined], of: laptop, until: noon + 90, at: noon) == true)
        #expect(one.report([.healthy], of: phone, until: noon + 30, at: noon) == true)
        let expected = [
            laptop: [.healthy: noon + 90, .quarantined: noon + 90], phone: [PostureSignal.healthy: noon + 30],
        ]
        #expect(one.with(other).signals == expected && other.with(one).signals == expected)
    }

    @Test("there is an end to how many peers are known: what has lapsed makes room, and who is known already is heard")
    func full() throws {
        var board = PostureBoard()
        let known = try peer("known")
        #expect(board.report([.healthy], of: known, until: noon + 120, at: noon) == true)
        for number in 1..<PostureBoard.most {
            _ = board.report([.healthy], of: try peer("n\(number)"), until: noon + 60, at: noon)
        }
        #expect(board.signals.count == PostureBoard.most)
        let (full, late) = (board, try peer("late"))
        #expect(board.report([.healthy], of: late, until: noon + 90, at: noon + 59) == false)
        #expect(board == full)
        #expect(board.report([.quarantined], of: known, until: noon + 120, at: noon + 59) == true)
        #expect(board.report([.healthy], of: late, until: noon + 90, at: noon + 60) == true)
        #expect(Set(board.signals.keys) == [known, late])
    }
}
