import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §6.3.3: which list speaks for a certificate, and what it says")
struct ListChecking {
    @Test("not listed is good, listed is revoked with its reason, and no list is silence")
    func basics() throws {
        let standing = try Standing()
        #expect(try standing.ofLeaf(by: [standing.list]) == Standing.good)
        #expect(try standing.ofLeaf(by: [standing.revokingList]) == Standing.revoked)
        #expect(try standing.ofLeaf() == .unknown(.noSource))
        var compromised = standing.list
        compromised.entries = [ListSpec.Entry(standing.chain.leaf.serialNumber, code: 1)]
        #expect(
            try standing.ofLeaf(by: [compromised]) == .revoked(.keyCompromise, since: noon - 2 * .hour))
    }

    @Test("a list of another issuer says nothing, though the serial number is on it")
    func otherIssuer() throws {
        let standing = try Standing()
        var root = ListSpec(standing.chain.root, revoking: standing.chain.leaf.serialNumber)
        #expect(try standing.ofLeaf(by: [root]) == .unknown(.noSource))
        root.entries = [ListSpec.Entry(standing.chain.issuing.serialNumber)]
        #expect(try standing.ofIssuing(by: [root]) == Standing.revoked)
    }

    struct Unfit: CustomTestStringConvertible {
        let testDescription: String
        let silence: Silence
        let spoil: @Sendable (inout ListSpec) -> Void

        init(_ what: String, _ silence: Silence, _ spoil: @escaping @Sendable (inout ListSpec) -> Void) {
            (testDescription, self.silence, self.spoil) = (what, silence, spoil)
        }
    }

    private static let unknown = ObjectIdentifier(1, 2, 3, 4)

    @Test(
        "R07: one thing wrong, and the list is no information, whether or not it names the certificate",
        arguments: [
            Unfit("an unknown critical extension", .listUnusable(.unknownCriticalExtension(unknown))) {
                $0.otherExtensions = [Extension(unknown, isCritical: true, value: [5, 0])]
            },
            Unfit("an unknown critical entry extension", .listUnusable(.unknownCriticalEntryExtension(unknown))) {
                $0.entries[0].extensions = [Extension(unknown, isCritical: true, value: [5, 0])]
            },
            Unfit("no list number", .listUnusable(.missing(.cRLNumber))) { $0.number = nil },
            Unfit("a critical list number", .listUnusable(.critical(.cRLNumber))) {
                $0.criticality[.cRLNumber] = true
            },
            Unfit("no authority key identifier", .listUnusable(.missing(.authorityKeyIdentifier))) {
                $0.authorityKeyIdentifier = nil
            },
            Unfit("no nextUpdate", .listUnusable(.nextUpdateMissing)) { $0.nextUpdate = nil },
            Unfit("a scope that is not critical", .listUnusable(.notCritical(.issuingDistributionPoint))) {
                $0.scope = Scope(onlyUsers: true)
                $0.criticality[.issuingDistributionPoint] = false
            },
            Unfit("a delta indicator that is not critical", .listUnusable(.notCritical(.deltaCRLIndicator))) {
                $0.base = [4]
                $0.criticality[.deltaCRLIndicator] = false
            },
            Unfit("an empty scope", .listUnusable(.scopeContradictory)) { $0.scope = Scope() },
            Unfit("a scope of two kinds", .listUnusable(.scopeContradictory)) {
                $0.scope = Scope(onlyUsers: true, onlyAuthorities: true)
            },
            Unfit("an entry of another issuer, not indirect", .listUnusable(.foreignEntry)) {
                $0.entries.append(ListSpec.Entry([1], issuer: TestPKI.name("other")))
            },
            Unfit("a removal in a complete list", .listUnusable(.removalInCompleteList)) {
                $0.entries.append(ListSpec.Entry([1], code: 8))
            },
            Unfit("only authorities", .listOutOfScope) { $0.scope = Scope(onlyAuthorities: true) },
            Unfit("only attribute certificates", .listOutOfScope) { $0.scope = Scope(onlyAttributes: true) },
            Unfit("a distribution point that the certificate does not name", .listOutOfScope) {
                $0.scope = Scope(name: full(uri("http://lists.example/2")))
            },
            Unfit("R08: a signature that does not hold", .listNotProved(.signatureInvalid)) {
                $0.breaksSignature = true
            },
            Unfit("R08: signed by another key", .listNotProved(.signatureInvalid)) {
                $0.key = TestKeys.key("stranger")
            },
            Unfit("thisUpdate still to come", .notYetCurrent(from: noon + 1)) { $0.thisUpdate = noon + 1 },
        ])
    func noInformation(_ unfit: Unfit) throws {
        let standing = try Standing()
        for honest in [standing.list, standing.revokingList] {
            #expect(try standing.ofLeaf(by: [honest]) != .unknown(unfit.silence))
            var spoilt = honest
            unfit.spoil(&spoilt)
            #expect(
                try standing.ofLeaf(by: [spoilt])
                    == (spoilt.base == nil ? .unknown(unfit.silence) : .unknown(.deltaWithoutBase)))
            #expect(try spoilt.list().defect.map { Silence.listUnusable($0) } ?? unfit.silence == unfit.silence)
        }
        #expect(!unfit.silence.explanation.isEmpty)
    }

    @Test("R08: a signer without cRLSign is refused, with it believed")
    func signerUsage() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.keyUsage = .keyCertSign
        let standing = try Standing(chain)
        #expect(try standing.ofLeaf(by: [standing.revokingList]) == .unknown(.listNotProved(.signerMayNotSignLists)))
    }

    @Test("R08: past nextUpdate a list is silent, but for what it revoked for good")
    func stale() throws {
        let standing = try Standing()
        let end = noon + 1 * .hour
        #expect(try standing.ofLeaf(by: [standing.list], at: end) == Standing.good)
        #expect(try standing.ofLeaf(by: [standing.list], at: end + 1) == .unknown(.stale(since: end)))
        #expect(try standing.ofLeaf(by: [standing.revokingList], at: end + 1) == Standing.revoked)
        var hold = standing.list
        hold.entries = [ListSpec.Entry(standing.chain.leaf.serialNumber, code: 6)]
        #expect(try standing.ofLeaf(by: [hold], at: end) == .revoked(.certificateHold, since: noon - 2 * .hour))
        #expect(try standing.ofLeaf(by: [hold], at: end + 1) == .unknown(.stale(since: end)))
    }

    @Test("R08: a list of a lower number never replaces one of a higher, in whichever order they come")
    func replay() throws {
        let standing = try Standing()
        var (old, new) = (standing.list, standing.revokingList)
        old.number = [0x00, 0xFF]
        new.number = [0x01, 0x00]
        old.nextUpdate = noon + 9 * .hour
        for lists in [[old, new], [new, old]] {
            #expect(try standing.ofLeaf(by: lists) == Standing.revoked)
            #expect(try standing.ofLeaf(by: lists, at: noon + 2 * .hour) == Standing.revoked)
        }
        swap(&old.entries, &new.entries)
        for lists in [[old, new], [new, old]] { #expect(try standing.ofLeaf(by: lists) == Standing.good) }
        #expect(
            try standing.ofLeaf(by: [old, new], at: noon + 2 * .hour) == .unknown(.stale(since: noon + 1 * .hour)))
        new.breaksSignature = true
        #expect(try standing.ofLeaf(by: [old, new]) == Standing.revoked)
    }
}

@Suite("RFC 5280 §5.2.4: a delta brings the complete list that it builds on up to date")
struct DeltaLists {
    private let standing: Standing
    private let base: ListSpec
    private let delta: ListSpec

    init() throws {
        standing = try Standing()
        base = standing.list
        var delta = standing.revokingList
        delta.number = [8]
        delta.base = [5]
        delta.thisUpdate = noon - 60
        delta.nextUpdate = noon + 2 * .hour
        self.delta = delta
    }

    @Test("what it adds is revoked, what it takes back is good, and it is nothing by itself")
    func combined() throws {
        #expect(try standing.ofLeaf(by: [base, delta]) == Standing.revoked)
        #expect(try standing.ofLeaf(by: [delta]) == .unknown(.deltaWithoutBase))
        var (hold, removal) = (standing.list, delta)
        hold.entries = [ListSpec.Entry(standing.chain.leaf.serialNumber, code: 6)]
        removal.entries = [ListSpec.Entry(standing.chain.leaf.serialNumber, code: 8)]
        let held = RevocationStatus.revoked(.certificateHold, since: noon - 2 * .hour)
        let freed = RevocationStatus.good(thisUpdate: noon - 60, nextUpdate: noon + 2 * .hour)
        #expect(try standing.ofLeaf(by: [hold]) == held)
        #expect(try standing.ofLeaf(by: [hold, removal]) == freed)
        #expect(try standing.ofLeaf(by: [hold, removal], at: noon + 90 * .minute) == freed)
    }

    @Test("R07: one that does not fit its base is left aside", arguments: 0..<7)
    func unfit(_ index: Int) throws {
        var delta = delta
        switch index {
        case 0: delta.base = [6]
        case 1: delta.number = [5]
        case 2: delta.scope = Scope(onlyUsers: true)
        case 3: delta.breaksSignature = true
        case 4: delta.authorityKeyIdentifier = [1, 2, 3]
        case 5: delta.thisUpdate = noon + 1
        default: delta.otherExtensions = [Extension(ObjectIdentifier(1, 2, 3), isCritical: true, value: [5, 0])]
        }
        #expect(try standing.ofLeaf(by: [base, delta]) == Standing.good)
    }

    @Test("of two deltas the newer counts")
    func newest() throws {
        var newer = delta
        newer.number = [9]
        newer.entries = [ListSpec.Entry(standing.chain.leaf.serialNumber, code: 1)]
        for lists in [[base, delta, newer], [newer, base, delta]] {
            #expect(try standing.ofLeaf(by: lists) == .revoked(.keyCompromise, since: noon - 2 * .hour))
        }
    }
}
