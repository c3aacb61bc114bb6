import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy
import SymbolonStorage
import Synchronization

/// The rules of one end, in a file that is read again when it changes; what cannot be read leaves the rules before in force.
final class PolicyFile: Sendable {
    enum Outcome {
        case unchanged
        case replaced(PolicyDocument)
        case kept(because: ConfigurationFaults)
    }

    private struct State {
        var watch: FileWatch
        var document: PolicyDocument
        /// What is wrong with the file as it was seen last, and when that is told.
        var alarm: (faults: ConfigurationFaults, due: ContinuousClock.Instant)?
    }

    let path: String
    private let base: AdmissionBase
    private let domain: TrustDomain?
    private let readsRequests: Bool
    private let state: Mutex<State>

    /// Reads the rules; an end does not start without them.
    /// - Parameter readsRequests: the end's service speaks HTTP.
    init(
        _ path: String, beside base: AdmissionBase, in domain: TrustDomain?, readsRequests: Bool = false
    ) throws(ConfigurationFaults) {
        self.path = path
        self.base = base
        self.domain = domain
        self.readsRequests = readsRequests
        // The stamp comes first: a change while the file is read is then seen by the next look.
        let watch = FileWatch([path])
        let document = try PolicyText.document(at: path, domain: domain)
        state = Mutex(State(watch: watch, document: document))
    }

    /// As it was read last.
    var document: PolicyDocument { state.withLock { $0.document } }

    var admission: TrustState.Admission { admission(document) }

    func admission(_ document: PolicyDocument) -> TrustState.Admission { base.admission(document.policy) }

    /// Looks once. A file that cannot be read is told of when it has stayed so for 500 ms: one that is being written is read
    /// in part before it is read whole.
    func poll() -> Outcome {
        state.withLock { state in
            if !state.watch.poll().isEmpty {
                do throws(ConfigurationFaults) {
                    state.document = try PolicyText.document(at: path, domain: domain)
                    state.alarm = nil
                    return .replaced(state.document)
                } catch {
                    state.alarm = (error, .now + .milliseconds(500))
                }
            }
            guard let alarm = state.alarm, alarm.due <= .now else { return .unchanged }
            state.alarm = nil
            return .kept(because: alarm.faults)
        }
    }

    /// Says what in the rules is hardly meant.
    func warn(of document: PolicyDocument, at end: String, _ report: EndReport) {
        for (line, finding) in document.findings(at: Date(), readsRequests: readsRequests) {
            // Whom `--allow` names may pass all the same.
            if case .clients(let patterns) = base, finding.kind == .allowsNothing, !patterns.isEmpty { continue }
            report.warn(end, finding.what, why: "\(path)\(line.map { ":\($0)" } ?? "")", mend: finding.mend)
        }
    }
}
