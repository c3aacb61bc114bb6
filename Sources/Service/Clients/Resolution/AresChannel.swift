internal import CAres
import Foundation

/// A c-ares channel with its sockets: made, used and destroyed on one thread (docs/Decisions/0008).
///
/// c-ares builds the question, keeps the sockets, matches answers with questions, tries again, and changes to TCP where an
/// answer does not fit; what the answer says is read by `AnswerSection`.
@safe final class AresChannel {
    /// How long one question may take, all tries of all servers together.
    private static let patience = Duration.seconds(10)
    /// In milliseconds, before the second of three tries; c-ares doubles it for the third.
    private static let firstTry: CInt = 1000
    /// RFC 9715 §3: no answer over UDP is so large that it comes in fragments.
    private static let largestDatagram: CInt = 1232
    /// Questions that wait at a time; each holds an identifier of 16 bits, and memory.
    private static let mostOpen = 1024

    /// RFC 1035 §3.2.4.
    private static let internet: CInt = 1

    private static let library = ares_library_init(ARES_LIB_INIT_ALL)

    private let queue: QuestionQueue
    private var channel: ares_channel?
    private var fault: ResolutionFailure?
    /// The sockets of the channel, and what each waits for.
    private var interests: [Int32: Int16] = [:]
    /// In the order of their ends.
    private var open: [(end: ContinuousClock.Instant, question: Question)] = []

    /// - Parameter servers: none: those of the system.
    init(_ queue: QuestionQueue, servers: [NameServer]) {
        self.queue = queue
        let status = begin(servers)
        if status != ARES_SUCCESS { fault = .refused("c-ares: \(Self.text(status))") }
    }

    private func begin(_ servers: [NameServer]) -> CInt {
        guard Self.library == ARES_SUCCESS else { return Self.library }
        var options = unsafe ares_options()
        unsafe options.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES
        unsafe options.timeout = Self.firstTry
        unsafe options.tries = 3
        unsafe options.ednspsz = Self.largestDatagram
        unsafe options.sock_state_cb = { this, socket, isReading, isWriting in
            guard let this = unsafe this else { return }
            let channel = unsafe Unmanaged<AresChannel>.fromOpaque(this).takeUnretainedValue()
            let interest = (isReading != 0 ? POLLIN : 0) | (isWriting != 0 ? POLLOUT : 0)
            channel.interests[socket] = interest == 0 ? nil : Int16(interest)
        }
        unsafe options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
        let mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB
        let status = unsafe ares_init_options(&channel, &options, mask)
        guard status == ARES_SUCCESS, !servers.isEmpty else { return status }
        return unsafe ares_set_servers_ports_csv(channel, servers.map(\.description).joined(separator: ","))
    }

    /// Until the queue ends; what is open then is answered with a failure.
    func run() {
        while let added = queue.take() {
            for question in added { ask(question) }
            giveUpOverdue()
            wait()
        }
        if let channel = unsafe channel { unsafe ares_destroy(channel) }
        for entry in open { entry.question.answer(.failure(.cancelled)) }
    }

    private func ask(_ question: Question) {
        guard question.isOpen else { return }
        if let fault { return question.answer(.failure(fault)) }
        open.removeAll { !$0.question.isOpen }
        guard open.count < Self.mostOpen else { return question.answer(.failure(.busy(open.count))) }
        open.append((.now + Self.patience, question))
        // Balanced in the callback, which c-ares calls exactly once, at the latest when the channel is destroyed.
        let kept = unsafe Unmanaged.passRetained(question).toOpaque()
        unsafe ares_query(
            channel, question.name, Self.internet, CInt(question.type.rawValue),
            { kept, status, _, message, count in
                guard let kept = unsafe kept else { return }
                let question = unsafe Unmanaged<Question>.fromOpaque(kept).takeRetainedValue()
                let octets = unsafe Array(UnsafeBufferPointer(start: message, count: Int(count)))
                question.answer(AresChannel.answer(status, octets))
            }, kept)
    }

    private static func answer(_ status: CInt, _ message: [UInt8]) -> Question.Answer {
        switch status {
        case ARES_SUCCESS: .success(message)
        // RFC 2308 §2: there is no such name, or it has no such record.
        case ARES_ENOTFOUND, ARES_ENODATA: .success([])
        case ARES_ETIMEOUT: .failure(.silent)
        case ARES_EDESTRUCTION, ARES_ECANCELLED: .failure(.cancelled)
        case ARES_EBADRESP, ARES_EFORMERR: .failure(.malformed(text(status)))
        default: .failure(.refused(text(status)))
        }
    }

    private func giveUpOverdue() {
        let now = ContinuousClock.now
        while let first = open.first, first.end <= now || !first.question.isOpen {
            first.question.answer(.failure(.silent))
            open.removeFirst()
        }
    }

    /// Until a socket or the bell has something, or c-ares or the clock wants to go on.
    private func wait() {
        var entries = [pollfd(fd: queue.listening, events: Int16(POLLIN), revents: 0)]
        entries += interests.map { pollfd(fd: $0, events: $1, revents: 0) }
        _ = unsafe poll(&entries, nfds_t(entries.count), milliseconds())
        guard let channel = unsafe channel else { return }
        for entry in entries.dropFirst() where entry.revents != 0 {
            let isWriting = entry.revents & Int16(POLLOUT) != 0
            let isReading = entry.revents & ~Int16(POLLOUT) != 0
            unsafe ares_process_fd(
                channel, isReading ? entry.fd : ARES_SOCKET_BAD, isWriting ? entry.fd : ARES_SOCKET_BAD)
        }
        unsafe ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD)
    }

    /// How long to wait at most; -1: for the bell.
    private func milliseconds() -> CInt {
        guard let first = open.first, let channel = unsafe channel else { return -1 }
        let left = max(.zero, first.end - .now)
        let (seconds, attoseconds) = left.components
        var most = timeval(
            tv_sec: Int(seconds), tv_usec: .init(attoseconds / 1_000_000_000_000))
        var room = timeval()
        let next = unsafe ares_timeout(channel, &most, &room)?.pointee ?? most
        // Rounded up, so that the time has come when it wakes.
        return CInt(min(next.tv_sec * 1000 + Int(next.tv_usec) / 1000 + 1, 10_000))
    }

    private static func text(_ status: CInt) -> String { unsafe String(cString: ares_strerror(status)) }
}
