import Foundation
import SymbolonCertificates
import SymbolonStorage
import Synchronization

/// By whom a service behind TLS is believed: a file that is read again when it changes; what cannot be read leaves in force what
/// was.
final class BackendAnchors: Sendable {
    enum Outcome {
        case unchanged
        case replaced(count: Int)
        case kept(because: String)
    }

    private struct State {
        var watch: FileWatch
        var certificates: [Certificate]
        /// What is wrong with the file as it was seen last, and when that is told.
        var alarm: (why: String, due: ContinuousClock.Instant)?
    }

    let path: String
    private let isSystem: Bool
    private let state: Mutex<State>

    /// Reads them; an end does not start without.
    init(_ place: RunConfiguration.BackendTLS.Anchors) throws {
        switch place {
        case .file(let path): (self.path, isSystem) = (path, false)
        case .system:
            guard let path = SystemAnchors.file else {
                throw Complaint(
                    what: "nothing says whom to believe as the service behind",
                    why: "this system keeps no list of authorities", mend: "name its root: --http-backend-anchors FILE",
                    exit: .undecided)
            }
            (self.path, isSystem) = (path, true)
        }
        // The stamp comes first: a change while the file is read is then seen by the next look.
        let watch = FileWatch([path])
        do {
            state = Mutex(State(watch: watch, certificates: try Self.read(path, isSystem)))
        } catch {
            throw Complaint(
                what: "\(path) says nobody to believe as the service behind", why: ExplainedError.text(error),
                mend: "name a file with the root of the service's authority (PEM)", exit: .undecided)
        }
    }

    var certificates: [Certificate] { state.withLock { $0.certificates } }

    private static func read(_ path: String, _ isSystem: Bool) throws -> [Certificate] {
        isSystem ? try SystemAnchors.certificates(at: path) : try CertificateFile.anchors(path, at: Date())
    }

    /// Looks once. A file that cannot be read is told of when it has stayed so for 500 ms: one that is being written is read
    /// in part before it is read whole.
    func poll() -> Outcome {
        state.withLock { state in
            if !state.watch.poll().isEmpty {
                do {
                    state.certificates = try Self.read(path, isSystem)
                    state.alarm = nil
                    return .replaced(count: state.certificates.count)
                } catch {
                    state.alarm = (ExplainedError.text(error), .now + .milliseconds(500))
                }
            }
            guard let alarm = state.alarm, alarm.due <= .now else { return .unchanged }
            state.alarm = nil
            return .kept(because: alarm.why)
        }
    }
}
