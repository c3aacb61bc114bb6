public import Foundation
public import SymbolonTransport
public import SymbolonVerification

/// How a client proves itself, and what it asks of the server before a byte of a request leaves.
public struct HTTPSProof: Sendable {
    let context: TLSContext
    /// Asked for in the handshake; nil: the host's own name where it has one.
    let serverName: String?
    /// Judges what the server presents.
    let judge: @Sendable (PresentedPeer) -> Result<VerifiedPeer, HTTPSFailure>

    /// By certificates: the server's path must end in an anchor of `verifier` and carry the names expected.
    ///
    /// - Parameters:
    ///   - identity: shown when the server asks; nil: this client stays unknown.
    ///   - verifier: judges the server.
    ///   - expectation: its purpose and the names it must have.
    ///   - alpn: one protocol, whose requests are HTTP/1.1 (RFC 7301).
    ///   - clock: the moment to judge by.
    public init(
        identity: TLSIdentity?, trusting verifier: Verifier, expecting expectation: Expectation,
        alpn: String = "http/1.1", serverName: String? = nil, clock: @escaping @Sendable () -> Date = { Date() }
    ) throws(TLSFailure) {
        var settings = TLSSettings()
        settings.alpn = [alpn]
        context = try TLSContext(side: .client, identity: identity, settings: settings)
        self.serverName = serverName
        judge = { presented in
            let chain = PresentedChain(
                der: presented.chain, stapledAnswers: presented.stapledAnswer.map { [$0] } ?? [])
            do throws(Refusal) {
                return .success(try verifier.verify(chain, expecting: expectation, at: clock()))
            } catch {
                return .failure(.serverNotProved(error))
            }
        }
    }

    /// By the handshake alone, as SPAKE2+ does: a server that presents a certificate instead is refused.
    ///
    /// - Parameters:
    ///   - context: a client's, which proves both ends by itself.
    ///   - serverName: what is asked for in the clear.
    public init(context: TLSContext, serverName: String?) {
        self.context = context
        self.serverName = serverName
        judge = { _ in .failure(.certificateInsteadOfCode) }
    }
}
