/// What is left of a budget within one verification; spent before the work it pays for.
struct WorkLeft {
    private let budget: WorkBudget
    private var signatures: Int
    private var pathSteps: Int
    private var nameComparisons: Int

    init(of budget: WorkBudget) {
        self.budget = budget
        self.signatures = budget.maximumSignatures
        self.pathSteps = budget.maximumPathSteps
        self.nameComparisons = budget.maximumNameComparisons
    }

    mutating func spendSignature() throws(VerificationFailure) {
        guard signatures > 0 else { throw .workExhausted(.signatures, limit: budget.maximumSignatures) }
        signatures -= 1
    }

    mutating func spendPathStep() throws(VerificationFailure) {
        guard pathSteps > 0 else { throw .workExhausted(.pathSteps, limit: budget.maximumPathSteps) }
        pathSteps -= 1
    }

    /// Each of `names` will be held against each of `others`.
    mutating func spendComparisons(of names: Int, with others: Int) throws(VerificationFailure) {
        let (comparisons, overflow) = names.multipliedReportingOverflow(by: others)
        guard !overflow, comparisons <= nameComparisons else {
            throw .workExhausted(.nameComparisons, limit: budget.maximumNameComparisons)
        }
        nameComparisons -= comparisons
    }
}
