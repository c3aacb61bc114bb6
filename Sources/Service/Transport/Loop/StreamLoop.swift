internal import CLinux
internal import Glibc
internal import NIOCore
internal import Synchronization

/// One thread that waits with epoll(7) for the sockets it watches, and runs what it is asked to.
///
/// A stream costs nothing here but its readiness: no pipeline, no promise and no buffer of its own. It is an `EventLoop` too,
/// so that what is confined to a loop need not know of which kind it is.
///
/// `@unchecked Sendable`. `name`, `epoll`, `bell`, `mail`, `hasMail` and `thread` are immutable or synchronized. Everything else is
/// touched by the loop's own thread only: by `run`, and by methods whose callers are confined to the loop (streams,
/// listeners and dials, which only the loop calls, and tasks, which only `run` runs).
package final class StreamLoop: @unchecked Sendable {
    /// What a key stands for at the moment. A key is a descriptor's number with the generation of its slot: an event that was
    /// fetched before its descriptor was closed does not reach whoever has the number now.
    private struct Slot {
        var watched: (any Watched)?
        var generation: UInt32 = 0
        /// When its alarm rings, in nanoseconds; `.max`: it has none.
        var alarm = UInt64.max
    }

    enum Due {
        case alarm(UInt64)
        case task(UInt64)
    }

    private struct Mail {
        var tasks: [@Sendable () -> Void] = []
        var isFinished = false
    }

    /// 64 KiB: four full records. More gains nothing on a fast network, and leaves the processor's cache.
    static let bufferSize = 1 << 16
    /// Sealed, these fill one buffer: four records, each with header, type and tag (RFC 8446 §5.2).
    static let largestPlain = bufferSize - 512
    /// How many events are fetched at once.
    private static let eventCount = 256
    private static let bellKey = UInt64.max

    private let name: String
    private let epoll: Descriptor
    private let bell: Descriptor
    private let mail = Mutex(Mail())
    private let hasMail = Atomic(false)
    private let thread = Atomic<UInt>(0)

    private var slots: [Slot] = []
    private var deadlines = Deadlines<Due>()
    private var alarmCount = 0
    var tasks: [UInt64: () -> Void] = [:]
    private var lastTask: UInt64 = 0
    /// Those with more to do than their share of one round.
    private var again: [Stream] = []
    /// What is received into, decrypted into and sealed into: each is in use only within one call.
    var inbound = ByteBuffer()
    var plaintext = ByteBuffer()
    var sealed = ByteBuffer()

    /// - Returns: nil when the system has no descriptor or no thread left.
    static func start(named name: String) -> StreamLoop? {
        let epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { return nil }
        let poll = Descriptor(epoll)
        let bell = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard bell >= 0 else { return nil }
        let loop = StreamLoop(poll, Descriptor(bell), name)
        guard loop.control(EPOLL_CTL_ADD, bell, [.input, .edge], Self.bellKey) else { return nil }
        return loop.begin() ? loop : nil
    }

    private init(_ epoll: Descriptor, _ bell: Descriptor, _ name: String) {
        self.name = name
        self.epoll = epoll
        self.bell = bell
    }

    /// The thread keeps the loop until it is finished.
    private func begin() -> Bool {
        var handle = pthread_t()
        let held = unsafe Unmanaged.passRetained(self)
        let result = unsafe pthread_create(
            &handle, nil,
            { pointer in
                guard let pointer = unsafe pointer else { return nil }
                unsafe Unmanaged<StreamLoop>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, held.toOpaque())
        guard result == 0 else {
            unsafe held.release()
            return false
        }
        pthread_detach(handle)
        return true
    }

    // MARK: From any thread

    package var inEventLoop: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    package func execute(_ task: @escaping @Sendable () -> Void) {
        mail.withLock { $0.tasks.append(task) }
        ring()
    }

    /// The thread ends when it has done what it was asked before. Its streams are closed.
    func finish() {
        mail.withLock { $0.isFinished = true }
        ring()
    }

    /// Wakes the thread once for however much waits; it looks by itself before it sleeps.
    private func ring() {
        guard !hasMail.exchange(true, ordering: .sequentiallyConsistent), !inEventLoop else { return }
        var one: UInt64 = 1
        _ = unsafe write(bell.number, &one, 8)
    }

    // MARK: The thread

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        unsafe symbolon_name_thread(name)
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventCount)
        defer { unsafe events.deallocate() }
        var isFinished = false
        while !isFinished {
            let count = unsafe epoll_wait(epoll.number, events, CInt(Self.eventCount), patience)
            for index in 0..<max(0, Int(count)) {
                unsafe deliver(Readiness(rawValue: events[index].events), to: events[index].data.u64)
            }
            goOn()
            ringDue()
            isFinished = readMail()
        }
        for slot in slots { slot.watched?.loopEnds() }
        slots = []
    }

    /// How long to wait, in milliseconds; less than one counts as one.
    private var patience: CInt {
        if !again.isEmpty || hasMail.load(ordering: .sequentiallyConsistent) { return 0 }
        guard let next = deadlines.next else { return -1 }
        let now = NIODeadline.now().uptimeNanoseconds
        return next <= now ? 0 : CInt(clamping: (next - now + 999_999) / 1_000_000)
    }

    private func deliver(_ readiness: Readiness, to key: UInt64) {
        watched(by: key)?.ready(readiness)
    }

    private func goOn() {
        guard !again.isEmpty else { return }
        let streams = again
        again = []
        for stream in streams { stream.goOn() }
    }

    private func ringDue() {
        guard deadlines.next != nil else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        while let (at, due) = deadlines.take(by: now) {
            switch due {
            case .alarm(let key):
                guard let watched = watched(by: key), slots[Self.number(of: key)].alarm == at else { continue }
                clearAlarm(key)
                watched.rang()
            case .task(let id):
                tasks.removeValue(forKey: id)?()
            }
        }
    }

    /// Returns whether it was the last.
    private func readMail() -> Bool {
        guard hasMail.exchange(false, ordering: .sequentiallyConsistent) else { return false }
        let (tasks, isFinished) = mail.withLock { mail in
            defer { mail.tasks = [] }
            return (mail.tasks, mail.isFinished)
        }
        for task in tasks { task() }
        return isFinished
    }

    // MARK: Watching, on the loop

    private static func number(of key: UInt64) -> Int { Int(truncatingIfNeeded: key & 0xFFFF_FFFF) }

    private func watched(by key: UInt64) -> (any Watched)? {
        let number = Self.number(of: key)
        guard number < slots.count, UInt64(slots[number].generation) == key >> 32 else { return nil }
        return slots[number].watched
    }

    /// Watches a descriptor from now on. Returns its key; nil when the kernel takes no more.
    func watch(_ number: CInt, for readiness: Readiness, _ watched: any Watched) -> UInt64? {
        let index = Int(number)
        while slots.count <= index { slots.append(Slot()) }
        let key = UInt64(slots[index].generation) << 32 | UInt64(index)
        guard control(EPOLL_CTL_ADD, number, readiness, key) else { return nil }
        slots[index].watched = watched
        return key
    }

    /// Watches for other things than before.
    func watch(_ key: UInt64, for readiness: Readiness) -> Bool {
        control(EPOLL_CTL_MOD, CInt(Self.number(of: key)), readiness, key)
    }

    /// From now on this one is told.
    func hand(_ key: UInt64, to watched: any Watched) { slots[Self.number(of: key)].watched = watched }

    /// Nobody is told any more, also not of what was fetched already. To be called before the descriptor is closed.
    func forget(_ key: UInt64) {
        clearAlarm(key)
        let index = Self.number(of: key)
        slots[index].watched = nil
        slots[index].generation &+= 1
    }

    /// The kernel forgets a descriptor by itself with its last copy; this is for those that have others.
    func unwatch(_ key: UInt64) {
        _ = control(EPOLL_CTL_DEL, CInt(Self.number(of: key)), [], key)
        forget(key)
    }

    private func control(_ operation: CInt, _ number: CInt, _ readiness: Readiness, _ key: UInt64) -> Bool {
        var event = unsafe epoll_event(events: readiness.rawValue, data: epoll_data_t(u64: key))
        return unsafe epoll_ctl(epoll.number, operation, number, &event) == 0
    }

    /// This stream goes on when all others had their turn.
    func goOnLater(_ stream: Stream) { again.append(stream) }

    // MARK: Deadlines, on the loop

    /// One at a time for each key; the earlier one is forgotten.
    func setAlarm(_ key: UInt64, in delay: TimeAmount) {
        clearAlarm(key)
        let at = (NIODeadline.now() + delay).uptimeNanoseconds
        slots[Self.number(of: key)].alarm = at
        alarmCount += 1
        deadlines.add(.alarm(key), at: at)
        // Alarms that were cleared stay where they are until they would ring, unless they are most of what there is.
        if deadlines.count > 1024 + 2 * (alarmCount + tasks.count) {
            let (slots, tasks) = (slots, tasks)
            deadlines.keep { at, due in
                switch due {
                case .alarm(let key):
                    let slot = slots[Self.number(of: key)]
                    return UInt64(slot.generation) == key >> 32 && slot.alarm == at
                case .task(let id): return tasks[id] != nil
                }
            }
        }
    }

    func clearAlarm(_ key: UInt64) {
        let index = Self.number(of: key)
        guard slots[index].alarm != .max else { return }
        slots[index].alarm = .max
        alarmCount -= 1
    }

    /// Does it at `deadline`, unless it is taken out of `tasks` before.
    func add(at deadline: NIODeadline, _ task: @escaping () -> Void) -> UInt64 {
        lastTask += 1
        tasks[lastTask] = task
        deadlines.add(.task(lastTask), at: deadline.uptimeNanoseconds)
        return lastTask
    }
}
