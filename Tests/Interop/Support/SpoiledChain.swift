import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification

/// A good chain with one thing changed.
struct SpoiledChain: Sendable {
    private let title: String
    private let purpose: Purpose
    private let name: String?
    private let build: @Sendable (inout TestPKI) -> [[UInt8]]

    /// The leaf and the issuing certificate are presented, as changed.
    init(
        _ title: String, for purpose: Purpose = .server, as name: String? = "dns:web.example.internal",
        _ spoil: @escaping @Sendable (inout TestPKI) -> Void
    ) {
        self.title = title
        self.purpose = purpose
        self.name = name
        build = { chain in
            spoil(&chain)
            return [chain.leafDER, chain.issuingDER]
        }
    }

    /// For a server: other certificates are presented than the leaf and the issuing certificate.
    init(
        presenting title: String, as name: String = "dns:web.example.internal",
        _ build: @escaping @Sendable (inout TestPKI) -> [[UInt8]]
    ) {
        self.title = title
        purpose = .server
        self.name = name
        self.build = build
    }

    var chainCase: ChainCase {
        var chain = TestPKI.goodChain().atNow
        let presented = build(&chain)
        return ChainCase(
            title, for: purpose, as: name, chain: presented, root: chain.rootDER)
    }
}
