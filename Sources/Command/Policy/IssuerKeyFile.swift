import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy
import SymbolonStorage
import SymbolonTokens
import Synchronization

/// One whose tokens are believed at an end, with its keys in a file that is read again when it changes; what cannot be read leaves
/// the keys before in force.
final class IssuerKeyFile: Sendable {
    enum Outcome: Equatable {
        case unchanged
        case replaced(keys: Int)
        case kept(because: String)
    }

    private struct State {
        var watch: FileWatch
        var keys: TokenKeySet
        /// What is wrong with the file as it was seen last, and when that is told.
        var alarm: (why: String, due: ContinuousClock.Instant)?
    }

    /// Why an end does not start with an issuer.
    struct Fault: Error {
        let what: String
        let why: String
    }

    let place: RunConfiguration.IssuerPlace
    private let person: PersonReading
    private let state: Mutex<State>

    /// - Parameter domain: of persons' names that say none.
    init(_ place: RunConfiguration.IssuerPlace, in domain: TrustDomain?) throws(Fault) {
        self.place = place
        do throws(PersonFailure) {
            person = try PersonReading(place.person, in: domain, assurances: place.assurances)
        } catch {
            throw Fault(what: "persons of \(place.issuer.printable) have no names here", why: error.explanation)
        }
        // The stamp comes first: a change while the file is read is then seen by the next look.
        let watch = FileWatch([place.keys])
        switch Self.read(place.keys) {
        case .success(let keys): state = Mutex(State(watch: watch, keys: keys))
        case .failure(let unread):
            throw Fault(what: "the keys of \(place.issuer.printable) cannot be read", why: unread.why)
        }
    }

    var current: PersonIssuer {
        PersonIssuer(
            TokenIssuer(place.issuer, audience: place.audience, keys: state.withLock { $0.keys }), person: person)
    }

    /// Looks once. A file that cannot be read is told of when it has stayed so for 500 ms: one that is being written is read in
    /// part before it is read whole.
    func poll() -> Outcome {
        state.withLock { state in
            if !state.watch.poll().isEmpty {
                switch Self.read(place.keys) {
                case .success(let keys):
                    state.alarm = nil
                    guard keys != state.keys else { return .unchanged }
                    state.keys = keys
                    return .replaced(keys: keys.count)
                case .failure(let unread): state.alarm = (unread.why, .now + .milliseconds(500))
                }
            }
            guard let alarm = state.alarm, alarm.due <= .now else { return .unchanged }
            state.alarm = nil
            return .kept(because: alarm.why)
        }
    }

    private struct Unread: Error {
        let why: String
    }

    private static func read(_ path: String) -> Result<TokenKeySet, Unread> {
        do {
            return .success(try TokenKeySet(try PublicFile.read(path, limit: TokenKeySet.longest)))
        } catch let failure as FileFailure {
            return .failure(Unread(why: failure.explanation))
        } catch let failure as KeySetFailure {
            return .failure(Unread(why: "\(path): \(failure.explanation)"))
        } catch {
            return .failure(Unread(why: "\(path): \(error)"))
        }
    }
}
