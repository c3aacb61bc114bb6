import Foundation

/// One thing that was looked at, and how it stands.
struct Finding: Encodable, Equatable {
    enum Standing: String, Encodable, Comparable {
        /// Worth knowing, and as somebody chose it.
        case note
        case well
        /// It works, and will not for long, or is weaker than it need be.
        case warning
        case failure

        static func < (one: Standing, other: Standing) -> Bool { one.rank < other.rank }

        private var rank: Int {
            switch self {
            case .note, .well: 0
            case .warning: 1
            case .failure: 2
            }
        }

        var mark: EndLine.Mark {
            switch self {
            case .note: .neutral
            case .well: .good
            case .warning: .warning
            case .failure: .bad
            }
        }
    }

    let standing: Standing
    /// What was looked at, e.g. `identity web`.
    let subject: String
    let what: String
    var why: String?
    var mend: String?

    private enum CodingKeys: String, CodingKey { case standing, subject, what, why, mend = "do" }

    static func note(_ subject: String, _ what: String) -> Finding {
        Finding(standing: .note, subject: subject, what: what)
    }

    static func well(_ subject: String, _ what: String) -> Finding {
        Finding(standing: .well, subject: subject, what: what)
    }

    static func warning(_ subject: String, _ what: String, why: String? = nil, mend: String?) -> Finding {
        Finding(standing: .warning, subject: subject, what: what, why: why, mend: mend)
    }

    static func failure(_ subject: String, _ what: String, why: String? = nil, mend: String?) -> Finding {
        Finding(standing: .failure, subject: subject, what: what, why: why, mend: mend)
    }

    /// From a complaint of another part of the command.
    static func failure(_ subject: String, _ error: any Error) -> Finding {
        if let complaint = error as? Complaint {
            return .failure(subject, complaint.what, why: complaint.why, mend: complaint.mend)
        }
        return .failure(subject, ExplainedError.text(error), mend: nil)
    }

    func lines(_ terminal: Terminal) -> [String] {
        let indent = String(repeating: " ", count: 24)
        func wrapped(_ text: String, _ lead: String) -> [String] {
            let lines = text.printable.wrapped(to: terminal.width.map { max(20, $0 - 24 - lead.count) })
            return lines.enumerated().map { index, line in
                indent + (index == 0 ? terminal.styled(lead, .dim) : String(repeating: " ", count: lead.count)) + line
            }
        }
        var lines = wrapped(what, "")
        lines[0] =
            "  " + terminal.styled(standing.mark.rawValue, standing.mark.style) + " "
            + terminal.styled(subject.printable.padded(to: 19), .bold) + " " + lines[0].dropFirst(24)
        if let why { lines += wrapped(why, "why: ") }
        if let mend { lines += wrapped(mend, "do:  ") }
        return lines
    }
}

/// All that was found.
struct DoctorReport: Encodable {
    let about: String
    let verdict: String
    let findings: [Finding]

    init(about: String, _ findings: [Finding]) {
        self.about = about
        self.findings = findings
        switch findings.map(\.standing).max() ?? .well {
        case .note, .well: verdict = "well"
        case .warning: verdict = "warnings"
        case .failure: verdict = "failures"
        }
    }

    var exit: ExitStatus {
        switch verdict {
        case "well": .success
        case "warnings": .attention
        default: .failure
        }
    }

    func lines(_ terminal: Terminal) -> [String] {
        let counts = (
            findings.count { $0.standing == .failure }, findings.count { $0.standing == .warning }
        )
        let closing =
            switch counts {
            case (0, 0): "All is well."
            case (0, let warnings): "\(warnings) thing\(warnings == 1 ? "" : "s") to see to."
            case (let failures, let warnings):
                "\(failures) failure\(failures == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")."
            }
        return [terminal.styled(about.printable, .bold)] + findings.flatMap { $0.lines(terminal) } + ["", closing]
    }
}
