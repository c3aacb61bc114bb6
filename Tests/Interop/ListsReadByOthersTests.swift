import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import SymbolonWire
import Testing

/// An authority whose lists were published two hours ago, and now again, after certificates were revoked, held and released.
struct PublishedLists {
    enum Holder: String, CaseIterable, Sendable { case good, revoked, held, released, expired }

    private struct Missing: Error {}

    let folder: TemporaryFolder
    let root: Certificate
    let issuing: Certificate
    let leaves: [Holder: Certificate]
    let now: Date
    /// Of everything: as they were first published, and as they are.
    let (first, complete, delta): (CertificateList, CertificateList, CertificateList)
    /// Of the shard that the revoked certificate is in.
    let shard: CertificateList
    /// Of the root: while the issuing authority is believed, and after it was retired.
    let (rootList, rootListAfter): (CertificateList, CertificateList)

    init(_ algorithm: KeyAlgorithm = .p256) async throws {
        let folder = try TemporaryFolder()
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let clock = ManualClock(now - 3 * .hour)
        let creation = AuthorityCreation(
            try AuthorityConfiguration(trustDomain: TrustDomain(TestPKI.trustDomain), keyAlgorithm: algorithm))
        let store = try AuthorityDatabase.create(at: folder.file("authority.sqlite"))
        let keys = KeyRing([creation.rootKey, creation.issuingKey])
        _ = try await creation.run(in: store, actor: "test", at: clock.now)
        let authority = try await IssuingAuthority.open(
            store, keys: keys.ofAuthority(creation), clock: { clock.now })
        let key = try #require(authority.issuing.publicKey)
        _ = try await authority.publish(at: PublicationAddress("http://pki.example.internal"), actor: "test")
        let publisher = ListPublisher(authority, store: store)
        var leaves: [Holder: Certificate] = [:]
        for holder in Holder.allCases {
            leaves[holder] = try await authority.issue(
                IssuanceRequest(
                    profile: .service, name: holder.rawValue, names: [],
                    publicKey: SigningKey.make(algorithm).publicKey,
                    life: holder == .expired ? .seconds(3600) : .seconds(86_400), actor: "test")
            ).certificate
        }
        let issued = leaves
        func serial(_ holder: Holder) throws -> SerialNumber {
            guard let leaf = issued[holder] else { throw Missing() }
            return leaf.serialNumber
        }
        func list(_ scope: ListScope, _ kind: ListStanding.Kind) async throws -> CertificateList {
            guard let list = try await store.list(of: key.fingerprint, scope, kind) else { throw Missing() }
            return try CertificateList(der: list.der)
        }
        _ = try await authority.revoke(serial(.expired), reason: .superseded, actor: "test")
        _ = try await authority.revoke(serial(.released), reason: .certificateHold, actor: "test")
        clock.set(now - 2 * .hour)
        for _ in 0..<2 { _ = try await publisher.publishWhatIsDue() }
        first = try await list(.whole, .complete)
        clock.set(now)
        _ = try await authority.revoke(
            serial(.revoked), reason: .keyCompromise, invalidSince: now - 1 * .hour, actor: "test")
        _ = try await authority.revoke(serial(.held), reason: .certificateHold, actor: "test")
        try await authority.release(serial(.released), actor: "test")
        _ = try await publisher.publishWhatIsDue()
        complete = try await list(.whole, .complete)
        delta = try await list(.whole, .delta)
        shard = try await list(.shard(of: serial(.revoked)), .complete)
        let rootKey = try #require(authority.root.publicKey).fingerprint
        let succession = Succession(
            authority, keys: keys, ends: NoEnds(), lists: store)
        func listOfRoot() async throws -> CertificateList {
            try await succession.publishLists(actor: "test")
            guard let list = try await store.list(of: rootKey, .whole, .complete) else { throw Missing() }
            return try CertificateList(der: list.der)
        }
        let before = (authority.root, authority.issuing)
        rootList = try await listOfRoot()
        let next = try #require(try await succession.prepare(.issuing, actor: "test").last)
        _ = try await succession.activate(next.name, evenSo: false, actor: "test")
        _ = try await succession.retire(key.fingerprint.description, evenSo: true, actor: "test")
        rootListAfter = try await listOfRoot()
        (self.folder, self.now, self.leaves) = (folder, now, leaves)
        (root, issuing) = before
        try folder.write(root.pem, to: "root.pem")
        try folder.write(issuing.pem, to: "issuing.pem")
        try folder.write(issuing.pem + root.pem, to: "authorities.pem")
        for (holder, leaf) in leaves {
            try folder.write(leaf.pem, to: "\(holder).pem")
            try folder.write(leaf.pem + issuing.pem, to: "\(holder)-chain.pem")
        }
        for (name, list) in [
            ("first", first), ("complete", complete), ("delta", delta), ("shard", shard), ("root", rootList),
            ("root-after", rootListAfter),
        ] {
            try folder.write(PEM.render(label: "X509 CRL", list.der), to: "\(name).crl")
        }
    }

    func leaf(_ holder: Holder) throws -> Certificate {
        guard let leaf = leaves[holder] else { throw Missing() }
        return leaf
    }

    /// What everybody should find.
    func isRevoked(_ holder: Holder) -> Bool { [.revoked, .held, .expired].contains(holder) }
}

extension KeyRing {
    func ofAuthority(_ creation: AuthorityCreation) -> AuthorityKeys {
        AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey) { key throws(KeysUnavailable) in
            try await self.signer(.issuing, key)
        }
    }
}

struct NoEnds: EndConfirmations {
    func stragglers(before changeCounter: UInt64) async throws(StoreFailure) -> [String] { [] }
}

@Suite("openssl, GnuTLS, Python and pkilint read our lists, and come to our own verdict")
struct ListsReadByOthersTests {
    private func ours(_ lists: [CertificateList], _ made: PublishedLists, _ holder: PublishedLists.Holder) throws
        -> Bool
    {
        let status = RevocationSources(lists: lists).status(
            of: try made.leaf(holder), under: IssuerPath(authorities: [made.issuing, made.root]), at: made.now)
        switch status {
        case .good: return false
        case .revoked: return true
        case .unknown(let silence): throw Undecided(why: silence.explanation)
        }
    }

    private struct Undecided: Error { let why: String }

    /// True when it says that the certificate is revoked, false when it accepts it; anything else is no verdict.
    private func openssl(
        _ made: PublishedLists, _ holder: PublishedLists.Holder, _ lists: [String], _ options: [String] = []
    ) throws -> Bool {
        let all = try lists.map { String(decoding: try made.folder.read($0), as: UTF8.self) }.joined()
        let result = try run(
            Tools.openssl,
            [
                "verify", "-x509_strict", "-crl_check", "-no-CApath", "-no-CAstore", "-CAfile",
                made.folder.file("root.pem"),
            ]
                + (holder == .expired ? ["-no_check_time"] : []) + options + [
                    "-CRLfile", try made.folder.write(all, to: "\(holder)-lists.pem"), "-untrusted",
                    made.folder.file("issuing.pem"), made.folder.file("\(holder).pem"),
                ])
        if result.status == 0 { return false }
        guard result.err.contains("certificate revoked") else { throw Undecided(why: result.err) }
        return true
    }

    @Test("openssl verify, by the complete list, and by an old one with the delta", arguments: KeyAlgorithm.allCases)
    func opensslVerify(_ algorithm: KeyAlgorithm) async throws {
        let made = try await PublishedLists(algorithm)
        for holder in PublishedLists.Holder.allCases {
            #expect(try ours([made.complete], made, holder) == made.isRevoked(holder), "\(holder)")
            #expect(try openssl(made, holder, ["complete.crl"]) == made.isRevoked(holder), "\(holder)")
            #expect(try ours([made.first, made.delta], made, holder) == made.isRevoked(holder), "\(holder), delta")
            #expect(
                try openssl(made, holder, ["first.crl", "delta.crl"], ["-extended_crl", "-use_deltas"])
                    == made.isRevoked(holder), "\(holder), delta")
        }
        // The twin: the old list alone knows nothing of what came later, and holds what was released.
        #expect(try !openssl(made, .revoked, ["first.crl"]))
        #expect(try openssl(made, .released, ["first.crl"]))
        // The signature is the issuing key's.
        for name in ["first", "complete", "delta", "shard"] {
            let result = try run(
                Tools.openssl,
                [
                    "crl", "-in", made.folder.file("\(name).crl"), "-noout", "-CAfile",
                    made.folder.file("authorities.pem"),
                ])
            #expect(result.err.contains("verify OK"), "\(name): \(result.err)")
        }
    }

    @Test(
        "openssl verify -crl_check_all, by the root's list and the issuing authority's",
        arguments: KeyAlgorithm.allCases)
    func everyList(_ algorithm: KeyAlgorithm) async throws {
        let made = try await PublishedLists(algorithm)
        for holder in PublishedLists.Holder.allCases {
            #expect(
                try openssl(made, holder, ["complete.crl", "root.crl"], ["-crl_check_all"]) == made.isRevoked(holder),
                "\(holder)")
            // Whoever holds something of a retired issuing authority is refused by its root's list alone.
            #expect(try openssl(made, holder, ["complete.crl", "root-after.crl"], ["-crl_check_all"]), "\(holder)")
            #expect(try ours([made.complete, made.rootList], made, holder) == made.isRevoked(holder), "\(holder)")
        }
        // The twin: without the root's list nobody is let in.
        #expect(throws: Undecided.self) { try openssl(made, .good, ["complete.crl"], ["-crl_check_all"]) }
        let result = try run(
            Tools.openssl,
            ["crl", "-in", made.folder.file("root-after.crl"), "-noout", "-CAfile", made.folder.file("root.pem")])
        #expect(result.err.contains("verify OK"), "\(result.err)")
    }

    @Test("GnuTLS and Python read the root's list, and find the retired issuing authority on it")
    func rootListElsewhere() async throws {
        let made = try await PublishedLists()
        for (name, isRevoked) in [("root", false), ("root-after", true)] {
            let result = try run(
                Tools.certtool,
                [
                    "--verify", "--load-ca-certificate", made.folder.file("root.pem"), "--load-crl",
                    made.folder.file("\(name).crl"), "--infile", made.folder.file("good-chain.pem"),
                ])
            #expect(result.out.contains("revoked") == isRevoked, "\(name): \(result.out) \(result.err)")
        }
        let script = """
            import sys
            from cryptography import x509
            folder, serial = sys.argv[1], int(sys.argv[2], 16)
            key = x509.load_pem_x509_certificate(open(folder + "/root.pem", "rb").read()).public_key()
            for name in ("root", "root-after"):
                crl = x509.load_pem_x509_crl(open(folder + "/" + name + ".crl", "rb").read())
                assert crl.is_signature_valid(key)
                entry = crl.get_revoked_certificate_by_serial_number(serial)
                reason = entry and entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
                print(name, len(crl), reason)
            """
        let result = try run(
            Tools.python,
            ["-W", "ignore", "-c", script, made.folder.path, made.issuing.serialNumber.description])
        #expect(result.out == "root 0 None\nroot-after 1 superseded\n", "\(result.err)")
    }

    @Test("GnuTLS, by the complete list")
    func gnuTLS() async throws {
        let made = try await PublishedLists()
        for holder in PublishedLists.Holder.allCases {
            let result = try run(
                Tools.certtool,
                [
                    "--verify", "--load-ca-certificate", made.folder.file("root.pem"), "--load-crl",
                    made.folder.file("complete.crl"), "--infile", made.folder.file("\(holder)-chain.pem"),
                ])
            // What has ended it refuses for that, without looking at a list.
            let word = holder == .expired ? "expired" : "revoked"
            #expect(result.out.contains(word) == made.isRevoked(holder), "\(holder): \(result.out) \(result.err)")
            if !made.isRevoked(holder) { #expect(result.status == 0, "\(result.out)") }
        }
    }

    @Test("Python's cryptography finds every entry, reason, number and scope")
    func python() async throws {
        let made = try await PublishedLists()
        let serials = try PublishedLists.Holder.allCases.map { try made.leaf($0).serialNumber.description }
        let script = """
            import sys
            from cryptography import x509
            folder, serials = sys.argv[1], sys.argv[2:]
            key = x509.load_pem_x509_certificate(open(folder + "/issuing.pem", "rb").read()).public_key()
            for name in ("first", "complete", "delta", "shard"):
                crl = x509.load_pem_x509_crl(open(folder + "/" + name + ".crl", "rb").read())
                assert crl.is_signature_valid(key)
                assert crl.next_update_utc > crl.last_update_utc
                words = [name]
                for extension in crl.extensions:
                    value = extension.value
                    if isinstance(value, x509.DeltaCRLIndicator): words.append("delta")
                    if isinstance(value, x509.IssuingDistributionPoint): words.append(value.full_name[0].value)
                    if isinstance(value, x509.FreshestCRL): words.append(value[0].full_name[0].value)
                for serial in serials:
                    entry = crl.get_revoked_certificate_by_serial_number(int(serial, 16))
                    if entry is None:
                        words.append("-")
                        continue
                    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
                    dated = [e for e in entry.extensions if isinstance(e.value, x509.InvalidityDate)]
                    words.append(reason + ("+date" if dated else ""))
                print(" ".join(words))
            """
        let result = try run(Tools.python, ["-W", "ignore", "-c", script, made.folder.path] + serials)
        let address = try PublicationAddress("http://pki.example.internal")
        let key = try #require(made.issuing.publicKey).fingerprint
        let all = address.list(of: key, .whole, .delta)
        let shard = ListScope.shard(of: try made.leaf(.revoked).serialNumber)
        let inShard = try [PublishedLists.Holder.held, .expired].map {
            ListScope.shard(of: try made.leaf($0).serialNumber) == shard
        }
        #expect(
            result.out.split(separator: "\n").map(String.init) == [
                "first \(all) - - - certificate_hold superseded",
                "complete \(all) - key_compromise+date certificate_hold - superseded",
                "delta delta - key_compromise+date certificate_hold remove_from_crl -",
                "shard \(address.list(of: key, shard, .complete)) \(address.list(of: key, shard, .delta)) - key_compromise+date "
                    + "\(inShard[0] ? "certificate_hold" : "-") - \(inShard[1] ? "superseded" : "-")",
            ], "\(result.err)")
    }

    @Test("pkilint finds no error in them", arguments: KeyAlgorithm.allCases)
    func pkilint(_ algorithm: KeyAlgorithm) async throws {
        let made = try await PublishedLists(algorithm)
        for name in ["first", "complete", "delta", "shard", "root", "root-after"] {
            let result = try run(
                Tools.listLint, ["lint", "-t", "CRL", "-p", "PKIX", "-s", "WARNING", made.folder.file("\(name).crl")])
            #expect(!result.err.contains("Traceback"), "\(result.err)")
            #expect(
                !["WARNING", "ERROR", "FATAL"].contains { result.out.contains("(\($0))") }, "\(name): \(result.out)")
        }
    }
}
