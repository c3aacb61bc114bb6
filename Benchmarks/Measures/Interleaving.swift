/// Something to measure on this thread: what must be there first, and what is timed.
struct Subject {
    let name: String
    /// Gets ready, unmeasured; what it returns is measured.
    let prepare: () throws -> () throws -> Void

    init(_ name: String, _ work: @escaping () throws -> Void) {
        self.name = name
        prepare = { work }
    }

    init<Tool>(
        _ name: String, before: @escaping () throws -> Tool, _ work: @escaping (Tool) throws -> Void
    ) {
        self.name = name
        prepare = {
            let tool = try before()
            return { try work(tool) }
        }
    }
}

@resultBuilder
enum Subjects {
    static func buildBlock(_ subjects: Subject...) -> [Subject] { subjects }
}

/// Measures the subjects in turn, round after round, so that a busy minute of the machine meets them all.
/// - Parameter operations: in one run of a subject.
func interleaved(_ rounds: Int, operations: Int, @Subjects _ subjects: () -> [Subject]) throws -> [Figure] {
    let subjects = subjects()
    var samples = Array(repeating: [Double](), count: subjects.count)
    for _ in 0..<rounds {
        for (index, subject) in subjects.enumerated() {
            let work = try subject.prepare()
            let before = CPUTime.ofThread
            try work()
            samples[index].append((CPUTime.ofThread - before) * 1e6 / Double(operations))
        }
    }
    return zip(subjects, samples).map { Figure(name: $0.name, unit: .microsecondsCPU, samples: $1) }
}

struct Failed: Error {}

func require(_ condition: Bool) throws {
    guard condition else { throw Failed() }
}
