import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite(
    "openssl makes lists and answers, and reads our questions",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
struct OpenSSLSources {
    private let folder: TemporaryFolder
    private let chain: TestPKI
    private let leaf: Certificate
    private let issuing: Certificate
    private let root: Certificate

    init() throws {
        folder = try TemporaryFolder()
        var chain = TestPKI.goodChain()
        chain.leaf.isValidNow()
        self.chain = chain
        leaf = try Certificate(der: chain.leafDER)
        issuing = try Certificate(der: chain.issuingDER)
        root = try Certificate(der: chain.rootDER)
        try folder.write(issuing.pem, to: "issuing.pem")
        try folder.write(leaf.pem, to: "leaf.pem")
        let key = unsafe chain.issuing.key.pkcs8().withUnsafeBytes { unsafe Array($0) }
        try folder.write(PEM.render(label: "PRIVATE KEY", key), to: "issuing.key")
        try folder.write("01\n", to: "crlnumber")
        try folder.write(
            """
            [ca]
            default_ca = this
            [this]
            database = \(folder.path)/index.txt
            crlnumber = \(folder.path)/crlnumber
            default_md = sha256
            default_crl_days = 1
            crl_extensions = extensions
            [extensions]
            authorityKeyIdentifier = keyid
            """, to: "ca.cnf")
    }

    /// The authority's table, with the leaf valid or revoked for a reason.
    private func index(revoked reason: String?) throws {
        let serial = leaf.serialNumber.description.uppercased()
        let status = reason.map { "R\t350101000000Z\t260601100000Z,\($0)" } ?? "V\t350101000000Z\t"
        try folder.write("\(status)\t\(serial)\tunknown\t/CN=web\n", to: "index.txt")
    }

    private func openssl(_ arguments: [String]) throws {
        let run = try run("/usr/bin/openssl", arguments)
        #expect(run.status == 0, "\(run.err)")
    }

    private func status(lists: [CertificateList] = [], answers: [StatusAnswer] = []) -> RevocationStatus {
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        return RevocationSources(lists: lists, answers: answers)
            .status(of: leaf, under: IssuerPath(authorities: [issuing, root]), at: now)
    }

    @Test("a list of openssl ca, with and without the leaf", arguments: [nil, "keyCompromise", "superseded"])
    func list(_ reason: String?) throws {
        try index(revoked: reason)
        try openssl([
            "ca", "-gencrl", "-config", folder.file("ca.cnf"), "-cert", folder.file("issuing.pem"), "-keyfile",
            folder.file("issuing.key"), "-out", folder.file("list.pem"),
        ])
        let lists = try CertificateList.parse(pem: String(decoding: try folder.read("list.pem"), as: UTF8.self))
        let status = status(lists: lists)
        if let reason {
            let known = try #require(RevocationReason(rawValue: reason))
            #expect(status == .revoked(known, since: Date(timeIntervalSince1970: 1_780_308_000)))
        } else {
            guard case .good = status else {
                Issue.record("\(status)")
                return
            }
        }
    }

    @Test(
        "openssl ocsp answers our question with our nonce, by either digest",
        arguments: [nil, "keyCompromise"], [StatusQuestion.IssuerDigest.sha1, .sha256])
    func answer(_ reason: String?, _ digest: StatusQuestion.IssuerDigest) throws {
        try index(revoked: reason)
        let question = try #require(
            StatusQuestion(about: leaf.serialNumber, from: issuing, namedBy: digest))
        try folder.write(question.der, to: "question.der")
        try openssl([
            "ocsp", "-index", folder.file("index.txt"), "-CA", folder.file("issuing.pem"), "-rsigner",
            folder.file("issuing.pem"), "-rkey", folder.file("issuing.key"), "-reqin", folder.file("question.der"),
            "-respout", folder.file("answer.der"), "-ndays", "1",
        ])
        let answer = try StatusAnswer(der: try folder.read("answer.der"), to: question)
        #expect(answer.nonce == question.nonce)
        let status = status(answers: [answer])
        if reason != nil {
            #expect(status == .revoked(.keyCompromise, since: Date(timeIntervalSince1970: 1_780_308_000)))
        } else {
            guard case .good = status else {
                Issue.record("\(status)")
                return
            }
        }
        let another = try #require(StatusQuestion(about: leaf.serialNumber, from: issuing))
        let replayed = try StatusAnswer(der: try folder.read("answer.der"), to: another)
        #expect(self.status(answers: [replayed]) == .unknown(.answerUnusable(.nonceDiffers)))
    }
}
