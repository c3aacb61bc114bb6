import Foundation
import SymbolonKeys
import SymbolonProxy
import SymbolonStorage

/// The keys of tokens are where services look for them, before anything is signed by them.
extension TrustKeeper {
    /// Before an end starts: what it says could be believed by nobody else.
    func publishKeys(of wish: Wish, for end: String) throws {
        guard let path = wish.tokenKeys, let held = identities[wish.source] else { return }
        do throws(FileFailure) {
            try tokenKeys[path, default: TokenKeys(path)].take(held.stored.key.publicKey, at: Date())
        } catch {
            throw Complaint(
                what: "\(end) cannot publish the keys of its tokens, so nothing was started", why: error.explanation,
                mend: "let this user write to the folder of \(path), or name another file: --http-token-keys FILE",
                exit: .configuration)
        }
    }

    /// Before an end's trust is replaced. A service that cannot see the new key believes nothing that it signs: that is told, and
    /// what is in the file is tried again.
    func publishKeys(of kept: Kept, as identity: StoredIdentity) {
        guard let path = kept.wish.tokenKeys else { return }
        told(path) { keys throws(FileFailure) in try keys.take(identity.key.publicKey, at: Date()) }
    }

    /// Takes up issuers' keys whose files have changed; what cannot be read changes nothing, and is told of.
    func lookAtIssuers() {
        for one in kept {
            var hasNews = false
            for issuer in one.wish.issuers {
                switch issuer.poll() {
                case .unchanged: continue
                case .replaced(let count):
                    hasNews = true
                    report.tell(.issuerKeys(service: one.end.name, issuer: issuer.place.issuer, keys: count))
                case .kept(let why):
                    report.warn(
                        one.end.name,
                        "the keys of \(issuer.place.issuer.printable) are not taken up; those before stay in force",
                        why: why, mend: "put a set of its public keys (JWKS) there")
                }
            }
            guard hasNews else { continue }
            do {
                try one.end.replace(try trust(one.wish))
            } catch EndFailure.stopped {
                continue
            } catch {
                report.warn(
                    one.end.name, "new trust is not taken up; what was in force stays so",
                    why: ExplainedError.text(error))
            }
        }
    }

    func tidyTokenKeys() {
        for path in tokenKeys.keys { told(path) { keys throws(FileFailure) in try keys.tidy(at: Date()) } }
    }

    private func told(_ path: String, _ change: (inout TokenKeys) throws(FileFailure) -> Void) {
        do throws(FileFailure) {
            try change(&tokenKeys[path, default: TokenKeys(path)])
            tokenKeysTold[path] = nil
        } catch {
            guard tokenKeysTold.updateValue(error.explanation, forKey: path) != error.explanation else { return }
            report.warn(
                nil, "the keys of tokens cannot be published; services refuse what the new key signs",
                why: error.explanation, mend: "let this user write to the folder of \(path)")
        }
    }
}
