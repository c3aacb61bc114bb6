import SymbolonClients
import SymbolonEnrollment

extension Complaint {
    /// Why two ends were not introduced; who hears it decides whether to ask for another code.
    init(pairing failure: PairingClientFailure, with address: ServerAddress) {
        let again = "ask for a new code: symbolon invite NAME, where the authority is"
        switch failure {
        case .codeNotProved(let number):
            self.init(
                what: "nothing was exchanged: the other end did not prove that it knows code \(number)",
                why:
                    "a word is wrong, or somebody between this machine and \(address) answers in its place; the authority "
                    + "has counted the try",
                mend: "read the words again, three tries in all; if they are right, somebody is between: do not go on")
        case .noOpenInvitation(let number):
            self.init(
                what: "\(address) has no invitation \(number) open",
                why: "it was used, cancelled, tried too often, has expired, or never was; or this is not the authority",
                mend: again)
        case .https(let failure):
            self.init(
                what: "\(address) did not take part in a pairing", why: failure.explanation, mend: failure.remedy)
        case .refused(_, "used", let detail):
            self.init(
                what: "the code was used already", why: detail.printable,
                mend: "if that was not you, somebody heard the code: see the authority's record, and \(again)")
        case .refused(_, _, let detail):
            self.init(what: "the authority refuses", why: detail.printable, mend: again)
        case .notUnderstood:
            self.init(
                what: "what \(address) answered is not understood",
                why: "both ends know the code, and do not speak the same release",
                mend: "use the same release of symbolon on both machines")
        }
    }
}
