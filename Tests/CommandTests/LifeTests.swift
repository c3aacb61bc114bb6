import Testing

@testable import symbolon

@Suite("Lives as operators write them")
struct LifeTests {
    @Test(
        "a number and a unit",
        arguments: [("90s", 90), ("1s", 1), ("30m", 1800), ("24h", 86_400), ("7d", 604_800), ("007d", 604_800)])
    func reading(_ text: String, _ seconds: Int64) {
        #expect(Life(argument: text)?.duration == .seconds(seconds))
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "h", "24", "0h", "-1h", "+1h", " 1h", "1 h", "1.5h", "1w", "1H", "24h30m", "٣h", "9223372036854775807d",
            "99999999999999999999s",
        ])
    func refusal(_ text: String) {
        #expect(Life(argument: text) == nil)
    }
}
