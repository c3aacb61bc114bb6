import SymbolonProxy
import SymbolonStorage

extension Complaint {
    /// Why an end does not start.
    init(starting name: String, _ failure: EndFailure) {
        self.init(what: "\(name) does not start", why: failure.explanation)
        guard case .cannotListen(.host(_, let port), because: _) = failure else { return }
        mend =
            (1..<1024).contains(port)
            ? "choose a port from 1024 with --listen, or let it bind this one: setcap cap_net_bind_service=+ep symbolon"
            : "choose another address with --listen, or see what has it: ss -ltnp 'sport = :\(port)'"
    }

    init(_ source: IdentitySource, _ failure: IdentityFailure) {
        self.init(what: "\(Self.subject(source)) cannot be used", why: failure.explanation, exit: .undecided)
        switch failure {
        case .file(.tooWide), .file(.foreignOwner), .key(.file(.tooWide)), .key(.file(.foreignOwner)):
            exit = .unsafeHome
        case .key(.passphraseNeeded):
            mend = "name its source: --passphrase-file, --passphrase-fd or --passphrase-credential"
        default: break
        }
    }

    init(_ source: IdentitySource, _ fault: UnfitIdentity) {
        self.init(
            what: "\(Self.subject(source)) cannot be used here", why: fault.explanation, mend: fault.mend,
            exit: .undecided)
    }

    private static func subject(_ source: IdentitySource) -> String {
        switch source {
        case .home(_, let name): "identity \(name)"
        case .files(_, let certificate, _, _): "the identity in \(certificate)"
        }
    }
}
