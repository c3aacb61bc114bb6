import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §5.2.5, §6.3.3(b): scopes")
struct ListScopes {
    private static let place = full(uri("http://lists.example/1"))

    private func standing(_ points: Extension) throws -> Standing {
        var chain = TestPKI.goodChain()
        chain.leaf.otherExtensions = [points]
        return try Standing(chain)
    }

    private func scoped(_ scope: Scope, _ standing: Standing) -> ListSpec {
        var list = standing.list
        list.scope = scope
        return list
    }

    @Test("for users only speaks for the leaf and not for an authority, and the reverse")
    func kinds() throws {
        let standing = try Standing()
        #expect(try standing.ofLeaf(by: [scoped(Scope(onlyUsers: true), standing)]) == Standing.good)
        var root = ListSpec(standing.chain.root)
        #expect(try standing.ofIssuing(by: [root]) == Standing.good)
        root.scope = Scope(onlyAuthorities: true)
        #expect(try standing.ofIssuing(by: [root]) == Standing.good)
        root.scope = Scope(onlyUsers: true)
        #expect(try standing.ofIssuing(by: [root]) == .unknown(.listOutOfScope))
    }

    @Test("a shard speaks for the certificates whose points name it, by one name in common")
    func shards() throws {
        let other = full(uri("http://lists.example/2"), uri("ldap://lists.example/1"))
        let standing = try standing(distributionPoints((other, nil, nil), (Self.place, nil, nil)))
        #expect(try standing.ofLeaf(by: [scoped(Scope(name: Self.place), standing)]) == Standing.good)
        let several = full(uri("http://mirror.example"), uri("ldap://lists.example/1"))
        #expect(try standing.ofLeaf(by: [scoped(Scope(name: several), standing)]) == Standing.good)
        let elsewhere = Scope(name: full(uri("http://lists.example/3")))
        #expect(try standing.ofLeaf(by: [scoped(elsewhere, standing)]) == .unknown(.listOutOfScope))
        #expect(try standing.ofLeaf(by: [standing.list]) == Standing.good)
    }

    @Test("a name relative to the issuer is the issuer's with one more part, however it is written")
    func relativeNames() throws {
        let issuer = TestPKI.goodChain().issuing.subject
        let standing = try standing(distributionPoints((relative("Shard 1"), nil, nil)))
        #expect(try standing.ofLeaf(by: [scoped(Scope(name: relative("shard  1")), standing)]) == Standing.good)
        let silent = RevocationStatus.unknown(.listOutOfScope)
        #expect(try standing.ofLeaf(by: [scoped(Scope(name: relative("Shard 2")), standing)]) == silent)
        var reader = DERReader(issuer.derBytes)
        let inner = Array(reader.slice(try reader.next(.sequence).contents))
        let part = DERWriter.element(
            .set,
            DERWriter.sequence(
                DERWriter.objectIdentifier(.commonName), DERWriter.element(.utf8String, Array("SHARD 1".utf8))))
        var whole = DERReader(DERWriter.element(.sequence, inner + part))
        let name = full(directory(try DistinguishedName(&whole)))
        #expect(try standing.ofLeaf(by: [scoped(Scope(name: name), standing)]) == Standing.good)
    }

    @Test("lists for some reasons make a good certificate only together")
    func reasons() throws {
        let standing = try Standing()
        // Bits 1 and 2, and bits 3 to 8 with the unused bit 0, which some authorities set.
        let compromise = scoped(Scope(reasons: [5, 0x60]), standing)
        let others = scoped(Scope(reasons: [7, 0x9F, 0x80]), standing)
        #expect(try standing.ofLeaf(by: [compromise, others]) == Standing.good)
        let missing = ReasonFlags(rawValue: 0b1_1111_1000)
        #expect(try standing.ofLeaf(by: [compromise]) == .unknown(.reasonsNotCovered(missing)))
        #expect(missing.description.hasPrefix("affiliationChanged, superseded"))
        var revoking = compromise
        revoking.entries = standing.revokingList.entries
        #expect(try standing.ofLeaf(by: [others, revoking]) == Standing.revoked)
        let narrow = try self.standing(distributionPoints((Self.place, [5, 0x60], nil)))
        let listed = scoped(Scope(name: Self.place), narrow)
        #expect(try narrow.ofLeaf(by: [listed]) == .unknown(.reasonsNotCovered(missing)))
    }

    @Test("points that cannot be read are silence", arguments: 0..<3)
    func malformed(_ index: Int) throws {
        let value: [UInt8] = [[0x30, 0x00], [0x05, 0x00], [0x30, 0x06, 0x30, 0x04, 0x81, 0x02, 0x05, 0x60]][index]
        let standing = try standing(Extension(.cRLDistributionPoints, isCritical: false, value: value))
        let status = try standing.ofLeaf(by: [standing.list])
        guard case .unknown(.distributionPointsMalformed) = status else {
            Issue.record("\(status)")
            return
        }
    }

    @Test("R14: addresses in a certificate are read as names, and nothing here can reach a network")
    func nothingIsFetched() throws {
        let inside = full(uri("http://169.254.169.254/latest/meta-data"), uri("file:///etc/passwd"))
        var chain = TestPKI.goodChain()
        let access = DERWriter.sequence(
            DERWriter.sequence(
                DERWriter.objectIdentifier(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1)),
                uri("http://169.254.169.254/ocsp")))
        chain.leaf.otherExtensions = [
            distributionPoints((inside, nil, nil)),
            Extension(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 1), isCritical: false, value: access),
        ]
        let standing = try Standing(chain)
        #expect(try standing.ofLeaf() == .unknown(.noSource))
        #expect(try standing.ofLeaf(by: [scoped(Scope(name: inside), standing)]) == Standing.good)

        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Trust/Revocation")
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        var read = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            read += 1
            for word in ["FoundationNetworking", "URLSession", "URLRequest", "NIO", "Glibc", "import Network"] {
                #expect(!text.contains(word), "\(file.lastPathComponent) has \(word)")
            }
        }
        #expect(read > 20)
    }
}

@Suite("RFC 5280 §6.3.3(f): lists signed by another than the certificate's issuer")
struct ListSigning {
    private func signer(_ name: String, like subject: DistinguishedName) -> CertificateSpec {
        var signer = CertificateSpec(
            subject: subject, serialNumber: [0x51], validFrom: noon - 1 * .day, until: noon + 1 * .day,
            key: TestKeys.key(name))
        signer.keyUsage = .crlSign
        return signer
    }

    @Test("a second key of the issuer's name, when an authority of the path issued it and it is good itself")
    func secondKey() throws {
        let standing = try Standing()
        let chain = standing.chain
        let spec = signer("list key", like: chain.issuing.subject)
        let list = ListSpec(spec, revoking: [0x7A])
        let certificate = try Certificate(der: spec.der(signedBy: chain.root))
        let rootList = ListSpec(chain.root)
        #expect(try standing.ofLeaf(by: [list, rootList], beside: [certificate]) == Standing.good)
        let silence = RevocationStatus.unknown(.listNotProved(.signerUnknown))
        #expect(try standing.ofLeaf(by: [list, rootList]) == silence)
        let unknown = RevocationStatus.unknown(.listNotProved(.signerNotKnownGood))
        #expect(try standing.ofLeaf(by: [list], beside: [certificate]) == unknown)
        let revoking = ListSpec(chain.root, revoking: [0x51])
        #expect(try standing.ofLeaf(by: [list, revoking], beside: [certificate]) == unknown)

        let stranger = try Certificate(der: spec.selfSigned())
        #expect(try standing.ofLeaf(by: [list, rootList], beside: [stranger]) == silence)
        var weak = spec
        weak.keyUsage = .digitalSignature
        let unfit = try Certificate(der: weak.der(signedBy: chain.root))
        #expect(
            try standing.ofLeaf(by: [list, rootList], beside: [unfit])
                == .unknown(.listNotProved(.signerMayNotSignLists)))
        var past = spec
        past.notAfter = noon - 1
        let expired = try Certificate(der: past.der(signedBy: chain.root))
        #expect(try standing.ofLeaf(by: [list, rootList], beside: [expired]) == silence)
    }

    @Test("R07: an authority beside the path cannot speak in the name of one in it")
    func impostor() throws {
        let standing = try Standing()
        let chain = standing.chain
        var sibling = chain.issuing
        sibling.subject = TestPKI.name("Sibling")
        sibling.use(TestKeys.key("sibling"))
        let spec = signer("impostor", like: chain.issuing.subject)
        let beside = [
            try Certificate(der: spec.der(signedBy: sibling)), try Certificate(der: sibling.der(signedBy: chain.root)),
        ]
        let lists = [ListSpec(spec), ListSpec(sibling), ListSpec(chain.root)]
        #expect(
            try standing.ofLeaf(by: lists, beside: beside) == .unknown(.listNotProved(.signerUnknown)))
    }

    @Test("an indirect list speaks for the issuers it names, where the certificate's point names its signer")
    func indirect() throws {
        var chain = TestPKI.goodChain()
        let signerName = TestPKI.name("List Signer")
        let spec = signer("indirect", like: signerName)
        let place = full(uri("http://lists.example/all"))
        chain.leaf.otherExtensions = [distributionPoints((place, nil, signerName))]
        let standing = try Standing(chain)
        let certificate = try Certificate(der: spec.der(signedBy: chain.root))
        var list = ListSpec(spec)
        // Whoever asks whether it is worth while to ask is told so.
        #expect(try !RevocationSources(lists: [CertificateList(der: list.der)]).mayConcern(standing.leaf))
        list.scope = Scope(name: place, isIndirect: true)
        #expect(try RevocationSources(lists: [CertificateList(der: list.der)]).mayConcern(standing.leaf))
        let serial = chain.leaf.serialNumber
        func status(_ entries: [ListSpec.Entry]) throws -> RevocationStatus {
            list.entries = entries
            return try standing.ofLeaf(by: [list, ListSpec(chain.root)], beside: [certificate])
        }
        #expect(try status([]) == Standing.good)
        #expect(try status([ListSpec.Entry(serial, issuer: chain.issuing.subject)]) == Standing.revoked)
        let carriedOver = [ListSpec.Entry([0x70], issuer: chain.issuing.subject), ListSpec.Entry(serial)]
        #expect(try status(carriedOver) == Standing.revoked)
        // The same serial number of the signer's own and of another issuer.
        #expect(try status([ListSpec.Entry(serial)]) == Standing.good)
        let mixed = [
            ListSpec.Entry(serial), ListSpec.Entry(serial, issuer: chain.root.subject),
            ListSpec.Entry([0x71], issuer: chain.issuing.subject),
        ]
        #expect(try status(mixed) == Standing.good)
        list.scope = Scope(name: place)
        #expect(try status([]) == .unknown(.noSource))
        let direct = try Standing()
        list.scope = Scope(name: place, isIndirect: true)
        #expect(
            try direct.ofLeaf(by: [list, ListSpec(chain.root)], beside: [certificate]) == .unknown(.noSource))
    }
}
