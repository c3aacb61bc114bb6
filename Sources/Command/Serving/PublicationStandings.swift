import SymbolonHTTPServices

/// How what is published stands: what somebody was told of it, and what is late.
struct PublicationStandings {
    let measures = PublicationMeasures()
    private let observer: any ServerObserver
    /// Why nothing new is published, as far as somebody was told.
    private var told: [PublicationKind: String] = [:]
    private var late: Set<PublicationKind> = []

    init(_ observer: any ServerObserver) { self.observer = observer }

    func isFailing(_ kind: PublicationKind) -> Bool { told[kind] != nil }

    /// Something was not made for so long that somebody must look.
    var faults: [String] { PublicationKind.allCases.filter(late.contains).map { "\($0.rawValue)Late" } }

    /// Tells of a failure when it is another one than before, and once that it is over.
    mutating func note(_ kind: PublicationKind, failure: String?) {
        if let failure {
            measures.failed(kind)
            if failure != told[kind] { observer.server(.publicationFailed(kind, because: failure)) }
        } else if told[kind] != nil {
            observer.server(.publicationResumed(kind))
        }
        told[kind] = failure
    }

    /// - Parameter all: how many there are; that there are none is late too.
    mutating func note(_ kind: PublicationKind, late count: Int, of all: Int) {
        measures.late(kind, count)
        if count > 0 || all == 0 { late.insert(kind) } else { late.remove(kind) }
    }
}
