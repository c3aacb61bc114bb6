import Synchronization
import Testing

@testable import symbolon

@Suite("A farewell is said, or it is let be")
struct FarewellTests {
    @Test("what can be said is said before the end goes on")
    func said() async {
        let said = Mutex(false)
        await Farewell.say { said.withLock { $0 = true } }
        #expect(said.withLock { $0 })
    }

    @Test("whom nobody hears ends all the same, also where what is said cannot be called off", .timeLimit(.minutes(30)))
    func mute() async {
        let (never, heard) = AsyncStream.makeStream(of: Void.self)
        let hasEnded = Mutex(false)
        await withDiscardingTaskGroup { _ in
            await Farewell.say {
                // Not called off with the task that says it.
                await Task.detached { for await _ in never {} }.value
                hasEnded.withLock { $0 = true }
            }
            #expect(!hasEnded.withLock { $0 })
            heard.finish()
        }
    }
}
