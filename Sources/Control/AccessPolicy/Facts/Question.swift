public import SymbolonNames

/// What is asked of a policy: may these parties have this, here and now? All that a decision rests on is in it.
public struct Question: Sendable {
    public struct Request: Hashable, Sendable {
        /// RFC 9110 §9.1: its case counts.
        public var method: Fact<String>
        public var path: Fact<RequestPath>

        public init(_ method: Fact<String>, _ path: Fact<RequestPath>) {
            self.method = method
            self.path = path
        }
    }

    public var peer: Party
    /// The person for whom the peer acts, where it does: then both are judged, each by every rule.
    public var actingFor: Party?
    /// The short name.
    public var service: String
    public var request: Fact<Request>
    /// The peer's.
    public var address: Fact<IPAddress>
    public var moment: ClockReading
    /// How long the connection has lived, in seconds, by a clock that nobody sets.
    public var age: Double

    public init(
        from peer: Party, actingFor person: Party? = nil, to service: String,
        request: Fact<Request> = .unknown(.noRequest), address: Fact<IPAddress> = .unknown(.notReported),
        at moment: ClockReading, age: Double = 0
    ) {
        self.peer = peer
        self.actingFor = person
        self.service = service
        self.request = request
        self.address = address
        self.moment = moment
        self.age = age
    }
}
