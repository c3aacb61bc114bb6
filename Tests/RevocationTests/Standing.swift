import Foundation
import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport

/// A good chain and what sources say of its certificates at ``noon``.
struct Standing {
    let chain: TestPKI
    let leaf: Certificate
    let issuing: Certificate
    let root: Certificate

    init(_ chain: TestPKI = TestPKI.goodChain()) throws {
        self.chain = chain
        leaf = try Certificate(der: chain.leafDER)
        issuing = try Certificate(der: chain.issuingDER)
        root = try Certificate(der: chain.rootDER)
    }

    /// The leaf's status, other certificates being presented with it.
    func ofLeaf(
        by lists: [ListSpec] = [], answers: [StatusAnswer] = [], beside others: [Certificate] = [], at now: Date = noon
    ) throws -> RevocationStatus {
        let sources = RevocationSources(lists: try lists.map { try $0.list() }, answers: answers)
        return sources.status(
            of: leaf, under: IssuerPath(authorities: [issuing, root], others: others), at: now)
    }

    func ofIssuing(by lists: [ListSpec]) throws -> RevocationStatus {
        RevocationSources(lists: try lists.map { try $0.list() })
            .status(of: issuing, under: IssuerPath(authorities: [root]), at: noon)
    }

    /// A list of the issuing authority that does not have the leaf.
    var list: ListSpec { ListSpec(chain.issuing, revoking: [0x7A]) }
    /// One that has it.
    var revokingList: ListSpec { ListSpec(chain.issuing, revoking: chain.leaf.serialNumber) }

    static let good = RevocationStatus.good(thisUpdate: noon - 1 * .hour, nextUpdate: noon + 1 * .hour)
    static let revoked = RevocationStatus.revoked(.unspecified, since: noon - 2 * .hour)
}
