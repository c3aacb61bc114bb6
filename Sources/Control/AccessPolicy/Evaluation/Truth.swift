/// What became of one condition, or of a rule.
enum Truth: Hashable, Sendable {
    case yes
    case no
    /// It rests on something that is not known: too little to allow, and enough to deny.
    case unknown(Ignorance)
}

/// A truth, and how long it lasts by itself.
struct Standing: Hashable, Sendable {
    var truth: Truth
    /// In seconds. Nil: until something else changes.
    var lasts: Double?

    init(_ truth: Truth, for lasts: Double? = nil) {
        self.truth = truth
        self.lasts = lasts
    }

    init(_ isTrue: Bool, for lasts: Double? = nil) { self.init(isTrue ? .yes : .no, for: lasts) }
}

/// The earlier of two ends; nil is no end.
func earlier(_ one: Double?, _ other: Double?) -> Double? {
    guard let one else { return other }
    guard let other else { return one }
    return min(one, other)
}
