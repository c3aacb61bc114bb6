import Glibc
import Testing

@testable import SymbolonProxy

@Suite("Accepting rests while the system has run out of what a connection takes")
struct AcceptRestTests {
    private func word(_ change: AcceptGate.Change?) -> String {
        switch change {
        case .paused(let why)?: "paused: \(why)"
        case .triedAgain?: "tried again"
        case .resumed?: "resumed"
        case nil: "nothing"
        }
    }

    @Test(
        "a spell is told of once, however many tries it takes, and so is its end; the next is another",
        arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func spell(_ code: CInt) {
        var rest = AcceptRest()
        for _ in 0..<2 {
            let tries = (0..<3).map { _ in word(rest.failed(code, because: "full")) }
            #expect(tries == ["paused: full", "tried again", "tried again"])
            #expect(word(rest.accepted()) == "resumed")
            #expect(word(rest.accepted()) == "nothing")
        }
    }

    @Test("a client that is gone before it is accepted is one client less (accept(2))")
    func oneLess() {
        var rest = AcceptRest()
        #expect(word(rest.failed(ECONNABORTED, because: "gone")) == "nothing")
        #expect(word(rest.accepted()) == "nothing")
    }
}
