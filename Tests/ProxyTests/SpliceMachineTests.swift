import Testing

@testable import SymbolonProxy

@Suite("How the end of one leg becomes the end of the other")
struct SpliceMachineTests {
    struct Story: CustomTestStringConvertible {
        let testDescription: String
        let steps: [(SpliceMachine.Event, SpliceMachine.Action)]

        init(_ name: String, _ steps: (SpliceMachine.Event, SpliceMachine.Action)...) {
            testDescription = name
            self.steps = steps
        }
    }

    @Test(
        "passes on",
        arguments: [
            Story(
                "a clean end each way, the front first",
                (.inputEnded(.front), .endOutput(.back)), (.inputEnded(.back), .endOutput(.front)),
                (.gone(.back, settled: true), .none), (.gone(.front, settled: true), .finished)),
            Story(
                "a clean end each way, the back first",
                (.inputEnded(.back), .endOutput(.front)), (.inputEnded(.front), .endOutput(.back)),
                (.gone(.back, settled: true), .none), (.gone(.front, settled: true), .finished)),
            Story(
                "the second end and the close of its leg as one event",
                (.inputEnded(.front), .endOutput(.back)), (.gone(.back, settled: true), .endOutput(.front)),
                (.gone(.front, settled: true), .finished)),
            Story("a break before any end", (.broken(.back), .reset(.front)), (.gone(.back, settled: false), .none)),
            Story("a close without an end as a break", (.gone(.front, settled: false), .reset(.back))),
            Story(
                "a break after half an end",
                (.inputEnded(.front), .endOutput(.back)), (.broken(.back), .reset(.front))),
            Story(
                "the loss of the leg that had ended but was still owed bytes, as a break",
                (.inputEnded(.front), .endOutput(.back)), (.gone(.front, settled: false), .reset(.back))),
            Story(
                "the loss of the last leg with bytes still owed, as a break",
                (.inputEnded(.front), .endOutput(.back)), (.gone(.back, settled: true), .endOutput(.front)),
                (.gone(.front, settled: false), .reset(.back))),
            Story(
                "an end said twice, once",
                (.inputEnded(.front), .endOutput(.back)), (.inputEnded(.front), .none)),
        ])
    func story(_ story: Story) {
        var machine = SpliceMachine()
        for (event, action) in story.steps { #expect(machine.apply(event) == action) }
    }

    @Test("says nothing once it is over")
    func over() {
        var machine = SpliceMachine()
        _ = machine.apply(.broken(.front))
        for event: SpliceMachine.Event in [.inputEnded(.back), .broken(.back), .gone(.front, settled: true)] {
            #expect(machine.apply(event) == .none)
        }
    }
}
