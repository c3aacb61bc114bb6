import Foundation
import SymbolonClients
import SymbolonTestSupport
import Testing

@Suite("Refreshing: well before the end, and not all at once")
struct RefreshScheduleTests {
    private let schedule = RefreshSchedule(longest: 3600)

    @Test("between half and three quarters of what is left, an hour at most, ten seconds at least")
    func afterSuccess() {
        #expect(schedule.afterSuccess(at: noon, until: noon + 1000, chance: 0) == 500)
        #expect(schedule.afterSuccess(at: noon, until: noon + 1000, chance: 1) == 750)
        #expect(schedule.afterSuccess(at: noon, until: noon + 7 * .day, chance: 1) == 3600)
        #expect(schedule.afterSuccess(at: noon, until: noon + 7 * .day, chance: 0) == 3240)
        #expect(schedule.afterSuccess(at: noon, until: nil, chance: 1) == 3600)
        #expect(schedule.afterSuccess(at: noon, until: noon + 5, chance: 0) == 10)
        #expect(schedule.afterSuccess(at: noon, until: noon - 5, chance: 0) == 10)
    }

    @Test("after failures the waits grow from five seconds to five minutes, and never past the longest")
    func afterFailure() {
        #expect((1...9).map { schedule.afterFailure($0, chance: 1) } == [5, 10, 20, 40, 80, 160, 300, 300, 300])
        #expect(schedule.afterFailure(1000, chance: 0) == 225)
        #expect(RefreshSchedule(longest: 60).afterFailure(9, chance: 1) == 60)
    }
}
