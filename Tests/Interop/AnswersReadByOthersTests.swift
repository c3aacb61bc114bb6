import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import Testing

/// An authority with a responder, and what it answers about certificates of every kind.
struct GivenAnswers {
    enum Holder: String, CaseIterable, Sendable { case good, revoked, held, released, expired, unknown }

    private struct Missing: Error {}

    let folder: TemporaryFolder
    let root: Certificate
    let issuing: Certificate
    let leaves: [Holder: Certificate]
    let now: Date

    /// Files: `HOLDER.pem`, `HOLDER-chain.pem`, `HOLDER.der` (kept) and `HOLDER-sha256.der`.
    init(_ algorithm: KeyAlgorithm = .p256) async throws {
        let folder = try TemporaryFolder()
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let clock = ManualClock(now - 3 * .hour)
        let creation = AuthorityCreation(
            try AuthorityConfiguration(trustDomain: TrustDomain(TestPKI.trustDomain), keyAlgorithm: algorithm))
        let store = try AuthorityDatabase.create(at: folder.file("authority.sqlite"))
        _ = try await creation.run(in: store, actor: "test", at: clock.now)
        let authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: { clock.now })
        let responder = try #require(Responder(authority, store: store))
        var leaves: [Holder: Certificate] = [:]
        for holder in Holder.allCases where holder != .unknown {
            leaves[holder] = try await authority.issue(
                IssuanceRequest(
                    profile: .service, name: holder.rawValue, names: [],
                    publicKey: SigningKey.make(algorithm).publicKey,
                    life: holder == .expired ? .seconds(3600) : .seconds(86_400), actor: "test")
            ).certificate
        }
        leaves[.unknown] = try Self.neverIssued(from: authority, by: creation.issuingKey, at: now)
        func serial(_ holder: Holder) throws -> SerialNumber {
            guard let leaf = leaves[holder] else { throw Missing() }
            return leaf.serialNumber
        }
        _ = try await authority.revoke(serial(.expired), reason: .superseded, actor: "test")
        _ = try await authority.revoke(serial(.released), reason: .certificateHold, actor: "test")
        clock.set(now)
        try await responder.follow()
        _ = try await authority.revoke(serial(.revoked), reason: .keyCompromise, actor: "test")
        _ = try await authority.revoke(serial(.held), reason: .certificateHold, actor: "test")
        try await authority.release(serial(.released), actor: "test")
        try await responder.follow()
        for (holder, leaf) in leaves {
            for (name, digest) in [("", StatusQuestion.IssuerDigest.sha1), ("-sha256", .sha256)] {
                let question = try #require(
                    StatusQuestion(
                        about: leaf.serialNumber, from: authority.issuing, namedBy: digest, nonce: nil))
                let answer: SignedAnswer
                switch try await responder.replyAskingStore(to: question.der) {
                case .kept(let signed), .made(let signed): answer = signed
                case .refused: throw Missing()
                }
                try Data(answer.der).write(to: URL(filePath: folder.file("\(holder)\(name).der")))
            }
            try folder.write(leaf.pem, to: "\(holder).pem")
            try folder.write(leaf.pem + authority.issuing.pem, to: "\(holder)-chain.pem")
        }
        (self.folder, self.now, self.leaves) = (folder, now, leaves)
        (root, issuing) = (authority.root, authority.issuing)
        try folder.write(root.pem, to: "root.pem")
        try folder.write(issuing.pem, to: "issuing.pem")
        try folder.write(issuing.pem + root.pem, to: "authorities.pem")
    }

    /// Signed with the authority's key behind its back: what nobody has a record of.
    private static func neverIssued(
        from authority: IssuingAuthority, by key: SigningKey, at now: Date
    ) throws -> Certificate {
        var template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [0x40] + [UInt8](repeating: 9, count: 19)),
            signatureAlgorithm: key.signatureAlgorithm, issuer: authority.issuing.subject, notBefore: now - 60,
            notAfter: now + .day, subject: try DistinguishedName(commonName: "unknown"),
            publicKey: SigningKey.make(.p256).publicKey)
        template.authorityKeyIdentifier = authority.issuing.extensions.subjectKeyIdentifier
        template.subjectAlternativeNames = [.dns("unknown.example.internal")]
        let tbs = template.derBytes()
        return try Certificate.assemble(tbs: tbs, algorithm: key.signatureAlgorithm, signature: try key.sign(tbs))
    }

    /// What everybody should find.
    func word(_ holder: Holder) -> String {
        switch holder {
        case .good, .released: "good"
        case .revoked, .held, .expired: "revoked"
        case .unknown: "unknown"
        }
    }
}

@Suite("openssl, GnuTLS and Python read our answers, and come to our own verdict")
struct AnswersReadByOthersTests {
    private func ours(_ made: GivenAnswers, _ holder: GivenAnswers.Holder, _ file: String) throws -> String {
        let leaf = try #require(made.leaves[holder])
        let answer = try StatusAnswer(der: Array(try Data(contentsOf: URL(filePath: made.folder.file(file)))))
        let status = RevocationSources(answers: [answer]).status(
            of: leaf, under: IssuerPath(authorities: [made.issuing, made.root]), at: made.now)
        return switch status {
        case .good: "good"
        case .revoked: "revoked"
        case .unknown: "unknown"
        }
    }

    @Test("openssl ocsp, by either digest, under every algorithm", arguments: KeyAlgorithm.allCases)
    func openssl(_ algorithm: KeyAlgorithm) async throws {
        let made = try await GivenAnswers(algorithm)
        for holder in GivenAnswers.Holder.allCases {
            for (file, digest) in [("\(holder).der", "-sha1"), ("\(holder)-sha256.der", "-sha256")] {
                let result = try run(
                    Tools.openssl,
                    [
                        "ocsp", digest, "-respin", made.folder.file(file), "-issuer", made.folder.file("issuing.pem"),
                        "-cert", made.folder.file("\(holder).pem"), "-CAfile", made.folder.file("authorities.pem"),
                        "-no_nonce",
                    ])
                #expect(result.err.contains("Response verify OK"), "\(holder): \(result.err)")
                #expect(result.out.contains("\(holder).pem: \(made.word(holder))"), "\(holder): \(result.out)")
                #expect(try ours(made, holder, file) == made.word(holder), "\(holder)")
            }
        }
        // The twin: an answer about somebody else is none about this one.
        let other = try run(
            Tools.openssl,
            [
                "ocsp", "-respin", made.folder.file("good.der"), "-issuer", made.folder.file("issuing.pem"), "-cert",
                made.folder.file("revoked.pem"), "-CAfile", made.folder.file("authorities.pem"), "-no_nonce",
            ])
        #expect(!other.out.contains("revoked.pem: good"), "\(other.out)")
    }

    @Test("GnuTLS believes the delegate, and reads the same")
    func gnuTLS() async throws {
        let made = try await GivenAnswers()
        for holder in GivenAnswers.Holder.allCases {
            let verified = try run(
                Tools.ocsptool,
                [
                    "--verify-response", "--load-trust", made.folder.file("authorities.pem"), "--load-issuer",
                    made.folder.file("issuing.pem"), "--infile", made.folder.file("\(holder).der"),
                ])
            #expect(verified.out.contains("Success"), "\(holder): \(verified.out) \(verified.err)")
            let shown = try run(
                Tools.ocsptool, ["--response-info", "--infile", made.folder.file("\(holder).der")])
            #expect(shown.out.contains("Certificate Status: \(made.word(holder))"), "\(holder): \(shown.out)")
        }
    }

    @Test("Python's cryptography reads each status, reason and time, and verifies the signature by the delegate's key")
    func python() async throws {
        let made = try await GivenAnswers()
        let script = """
            import sys
            from cryptography import x509
            from cryptography.x509 import ocsp
            from cryptography.hazmat.primitives.asymmetric import ec
            folder, holders = sys.argv[1], sys.argv[2:]
            issuer = x509.load_pem_x509_certificate(open(folder + "/issuing.pem", "rb").read())
            for holder in holders:
                answer = ocsp.load_der_ocsp_response(open(folder + "/" + holder + ".der", "rb").read())
                assert answer.response_status == ocsp.OCSPResponseStatus.SUCCESSFUL
                delegate = answer.certificates[0]
                delegate.verify_directly_issued_by(issuer)
                delegate.extensions.get_extension_for_class(x509.OCSPNoCheck)
                usage = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
                assert list(usage) == [x509.ExtendedKeyUsageOID.OCSP_SIGNING]
                delegate.public_key().verify(
                    answer.signature, answer.tbs_response_bytes, ec.ECDSA(answer.signature_hash_algorithm))
                leaf = x509.load_pem_x509_certificate(open(folder + "/" + holder + ".pem", "rb").read())
                assert answer.serial_number == leaf.serial_number
                assert answer.next_update_utc > answer.this_update_utc
                words = [holder, answer.certificate_status.name]
                if answer.revocation_reason: words.append(answer.revocation_reason.name)
                cutoff = [e for e in answer.single_extensions if e.oid.dotted_string == "1.3.6.1.5.5.7.48.1.6"]
                if cutoff: words.append("cutoff")
                print(" ".join(words))
            """
        let result = try run(
            Tools.python,
            ["-W", "ignore", "-c", script, made.folder.path] + GivenAnswers.Holder.allCases.map(\.rawValue))
        #expect(
            result.out.split(separator: "\n").map(String.init) == [
                "good GOOD", "revoked REVOKED key_compromise", "held REVOKED certificate_hold", "released GOOD",
                "expired REVOKED superseded cutoff", "unknown UNKNOWN",
            ], "\(result.err)")
    }
}
