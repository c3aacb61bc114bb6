import Foundation
import NIOCore
import SymbolonClients
import SymbolonNames
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification

/// A client of ``TestPKI`` at ``noon``, with one thing to spoil.
struct Asker {
    /// Whose root is trusted.
    var anchor = TestPKI.goodChain()
    var names = ["ip:127.0.0.1"]
    var alpn = "http/1.1"
    var limits = HTTPSLimits()
    var isKnown = true
    var connectsOnce = false
    var now = noon

    init() {
        // What a busy machine may take.
        limits.connecting = .seconds(20)
        limits.silence = .seconds(20)
        limits.whole = .seconds(30)
    }

    func client(to address: ServerAddress) throws -> HTTPSClient {
        let trusted = TrustAnchor(anchor.anchor, for: try TrustDomain(TestPKI.trustDomain))
        let expectation = Expectation(
            .server, names: try names.map { try ReferenceName($0) },
            revocation: .bestEffort(because: "these tests revoke nothing"))
        var own = TestPKI.goodChain()
        own.leaf = TestPKI.leaf("laptop", serialNumber: [0x09])
        let now = now
        let proof = try HTTPSProof(
            identity: isKnown ? own.identity : nil, trusting: Verifier(anchors: [trusted]), expecting: expectation,
            alpn: alpn, clock: { now })
        return HTTPSClient(to: address, proving: proof, limits: limits, connectsOnce: connectsOnce)
    }
}

/// An answer with a length.
func ok(_ body: String) -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nX-Kind: a\r\nX-Kind: b\r\n\r\n\(body)"
}
