import ArgumentParser
import SymbolonClients
import SymbolonEnrollment

/// What `pair` and `federate` are given: `CODE@HOST[:PORT]`.
struct CodeAndAddress: Sendable {
    let code: InvitationCode
    let address: ServerAddress

    /// Where an authority listens unless told.
    static let standardPort = 8443

    /// Read when the verb runs: what is wrong is a complaint, and shows the words to nobody.
    init(_ text: String) throws {
        guard let at = text.lastIndex(of: "@"), text[text.index(after: at)...].isEmpty == false else {
            throw Complaint(
                what: "the code does not say where the authority is", why: "it is written CODE@HOST or CODE@HOST:PORT",
                exit: .undecided)
        }
        do {
            code = try InvitationCode(text[..<at])
        } catch {
            throw Complaint(
                what: "this is not a pairing code", why: error.explanation,
                mend: "ask for the code again: a number, then words, as in 417-acorn-banjo-cedar-donkey",
                exit: .undecided)
        }
        let place = String(text[text.index(after: at)...])
        // A name, or an address of either kind, without a port.
        let hasPort = place.hasPrefix("[") ? !place.hasSuffix("]") : place.count { $0 == ":" } == 1
        let bare = place.hasPrefix("[") && place.hasSuffix("]") ? String(place.dropFirst().dropLast()) : place
        let host =
            hasPort
            ? try Input.parse(place, as: "the address of an authority", HostAndPort.init)
            : HostAndPort(host: bare, port: Self.standardPort)
        guard !host.host.isEmpty else {
            throw Complaint(what: "the code does not say where the authority is", exit: .undecided)
        }
        address = ServerAddress(host: host.host, port: host.port)
    }
}
