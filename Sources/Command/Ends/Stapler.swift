import Foundation
import NIOCore
import SymbolonCertificates
import SymbolonClients
import SymbolonRevocation
import SymbolonStorage

/// Asks the responder that our own certificate names what it says of it, ahead of need. RFC 6066 §8.
///
/// Only of certificates that this machine holds the key of: what a peer's certificate names is never asked.
struct Stapler: Sendable {
    enum Failure: Error {
        case fetching(FetchFailure)
        case answer(AnswerFailure)
        /// Not good: there is nothing to be shown.
        case status(RevocationStatus)
    }

    /// The longest between two questions, in seconds: for so long a revocation may not be in what is stapled.
    static let longest: TimeInterval = 3600
    /// 10 s: an answer is under 2 KiB.
    private static let patience = TimeAmount.seconds(10)

    /// Nil: nothing is kept for the next start.
    let folder: RevocationFolder?
    private let fetcher = Fetcher()

    /// RFC 6960 A.1: a question by GET, which caches can answer.
    static func address(for identity: StoredIdentity) -> FetchAddress? {
        guard let issuer = identity.chain.dropFirst().first,
            let responder = try? ResponderAddress.all(of: identity.leaf).first,
            let question = StatusQuestion(about: identity.leaf.serialNumber, from: issuer, nonce: nil)
        else { return nil }
        let text = Data(question.der).base64EncodedString()
            .replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
        return try? FetchAddress("\(responder)/\(text)")
    }

    /// What was kept, where it still holds.
    func kept(for identity: StoredIdentity, at now: Date) -> StatusAnswer? {
        guard let address = Self.address(for: identity), let folder, let octets = try? folder.load(address.description)
        else { return nil }
        return try? check(octets, identity, at: now)
    }

    func fetch(for identity: StoredIdentity, from address: FetchAddress) async throws(Failure) -> StatusAnswer {
        let octets: [UInt8]
        do throws(FetchFailure) {
            octets = try await fetcher.get(address, atMost: StatusAnswer.largest, within: Self.patience)
        } catch {
            throw .fetching(error)
        }
        let answer = try check(octets, identity, at: Date())
        // What cannot be kept is fetched again at the next start.
        try? folder?.prepare()
        try? folder?.keep(octets, of: address.description)
        return answer
    }

    /// As a peer will check it: what it would not believe is not shown to it.
    private func check(_ octets: [UInt8], _ identity: StoredIdentity, at now: Date) throws(Failure) -> StatusAnswer {
        let answer: StatusAnswer
        do throws(AnswerFailure) {
            answer = try StatusAnswer(der: octets)
        } catch {
            throw .answer(error)
        }
        let status = RevocationSources(answers: [answer]).status(
            of: identity.leaf, under: IssuerPath(authorities: Array(identity.chain.dropFirst())), at: now)
        guard case .good = status else { throw .status(status) }
        return answer
    }
}
