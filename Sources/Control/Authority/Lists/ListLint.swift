import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// What a list is checked for before it is published: read back by our own parser, as a verifier will.
struct ListLint: Sendable {
    let issuer: LintIssuer
    /// RFC 5280 §4.2.1.3: the issuer's certificate has cRLSign.
    let mayIssueLists: Bool

    init(_ signing: SigningIssuer) {
        issuer = signing.issuer
        mayIssueLists = signing.certificate.extensions.keyUsage?.contains(.crlSign) ?? false
    }

    /// - Parameter last: the list that this one replaces.
    func check(
        _ list: CertificateList, against expected: ListStanding, after last: ListStanding?
    ) throws(ListPublicationFailure) {
        var findings: [String] = []
        func require(_ condition: Bool, _ finding: @autoclosure () -> String) {
            if !condition { findings.append(finding()) }
        }
        require(mayIssueLists, "its issuer may not sign lists (keyUsage without cRLSign)")
        if let defect = list.defect { findings.append("it \(defect.explanation)") }
        require(list.issuer == issuer.name, "it names \(list.issuer) as its issuer")
        require(list.authorityKeyIdentifier == issuer.keyIdentifier, "it names another key as its issuer's")
        require(list.isSigned(by: issuer.publicKey), "its signature does not verify")
        require(list.number == ListNumber(expected.number), "its number is not \(expected.number)")
        let base = expected.kind == .delta ? ListNumber(expected.base.number) : nil
        require(list.baseNumber == base, "it does not build on the list that it should")
        require(list.thisUpdate == expected.thisUpdate, "its thisUpdate is not what was asked for")
        require(list.nextUpdate == expected.nextUpdate, "its nextUpdate is not what was asked for")
        require(expected.nextUpdate > expected.thisUpdate, "it ends before it begins")
        require(list.count == expected.count, "it has \(list.count) entries, not \(expected.count)")
        if let last {
            // RFC 5280 §5.2.3.
            require(expected.number > last.number, "number \(expected.number) does not follow \(last.number)")
            require(expected.thisUpdate >= last.thisUpdate, "it is older than the list that it replaces")
            require(expected.changeCounter >= last.changeCounter, "it knows less than the list that it replaces")
        }
        guard findings.isEmpty else { throw .lint(expected.scope, expected.kind, findings) }
    }
}
