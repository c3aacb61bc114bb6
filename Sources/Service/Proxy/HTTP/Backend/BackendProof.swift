internal import Foundation
internal import SymbolonNames
internal import SymbolonRevocation
internal import SymbolonTransport
internal import SymbolonVerification

/// What the service behind proves before it gets a request, and this end to it: mutual TLS, judged by the same verifier, anchors
/// and revocations as peers are.
struct BackendProof: Sendable {
    private let context: TLSContext
    private let serverName: String?
    private let verifier: Verifier
    private let expectation: Expectation

    /// - Parameter names: all of which it has to prove; there is at least one.
    init(
        _ names: [ReferenceName], under state: TrustState, settings: TLSSettings, cache: SignatureCache
    ) throws(EndFailure) {
        var settings = settings
        settings.alpn = ["http/1.1"]
        do {
            context = try TLSContext(side: .client, identity: state.identity.tls, settings: settings)
        } catch {
            throw .tls(error)
        }
        serverName = names.lazy.compactMap { if case .dns(let name) = $0 { name.description } else { nil } }.first
        verifier = Verifier(anchors: state.anchors, sources: state.revocation, cache: cache)
        expectation = Expectation(.server, names: names, revocation: state.revocationMode)
    }

    /// To stand first on a connection to the backend: what is written to it before the backend has proved itself waits, and is
    /// dropped if it does not.
    /// - Parameter refused: told why it was not believed.
    func handler(at now: Date, refused: @escaping (Refusal) -> Void) -> TLSHandler {
        TLSHandler(context: context, serverName: serverName) { presented in
            do throws(Refusal) {
                let answers = presented.stapledAnswer.map { [$0] } ?? []
                let chain = PresentedChain(der: presented.chain, stapledAnswers: answers)
                return .accepted(try verifier.verify(chain, expecting: expectation, at: now))
            } catch {
                refused(error)
                return .refused(TLSAlert(for: error.failure))
            }
        }
    }
}
