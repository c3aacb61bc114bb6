/// Who is told what happens at an end: the command turns it into lines and JSON.
public protocol EndObserver: Sendable {
    /// Called on an event loop, in the order in which things happen to one connection. It must return at once: connections
    /// of that loop wait for it.
    func end(_ event: EndEvent)
}
