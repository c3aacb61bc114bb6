internal import CLinux

/// A socket that a loop watches: told when the kernel has something to say of it, and when its deadline passes.
protocol Watched: AnyObject {
    func ready(_ readiness: Readiness)
    /// The deadline set with `StreamLoop.setAlarm` has passed.
    func rang()
    /// Nothing will be told any more: the socket is to be closed.
    func loopEnds()
}

/// What epoll(7) says of a descriptor.
struct Readiness: OptionSet, Sendable {
    let rawValue: UInt32

    static let input = Readiness(EPOLLIN)
    static let output = Readiness(EPOLLOUT)
    /// The peer has ended what it sends.
    static let inputEnd = Readiness(EPOLLRDHUP)
    /// Both directions have ended.
    static let hangUp = Readiness(EPOLLHUP)
    static let error = Readiness(EPOLLERR)
    /// Told once for each change, not for as long as it lasts.
    static let edge = Readiness(EPOLLET)

    init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ event: EPOLL_EVENTS) { rawValue = event.rawValue }
}
