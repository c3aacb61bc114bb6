import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("The cache holds facts, never trust")
struct SignatureCaching {
    @Test("an accepted path is kept, and is accepted again without a signature being checked")
    func hit() throws {
        let chain = TestPKI.goodChain()
        let cache = SignatureCache()
        let presented = chain.der
        try verify(presented, trusting: [chain.trusted], cache: cache)
        #expect(cache.count == 2)
        var noSignatures = WorkBudget()
        noSignatures.maximumSignatures = 0
        try verify(presented, trusting: [chain.trusted], within: noSignatures, cache: cache)

        // Another leaf of the same issuer costs one signature, its own.
        var one = WorkBudget()
        one.maximumSignatures = 1
        let other = TestPKI.leaf("other", serialNumber: [9]).der(signedBy: chain.issuing)
        try verify([other, presented[1]], trusting: [chain.trusted], within: one, cache: cache)
    }

    @Test("a refused path leaves nothing behind")
    func refusedLeavesNothing() {
        let chain = TestPKI.goodChain()
        let cache = SignatureCache()
        #expect(throws: Refusal.self) { try verify(chain.der, trusting: [], cache: cache) }
        #expect(throws: Refusal.self) {
            try verify(chain.der, trusting: [chain.trusted], as: ["dns:other.internal"], cache: cache)
        }
        #expect(cache.count == 0)
    }

    @Test("T39: what is cached obeys the current anchors, the clock and the names asked for")
    func obeysTrust() throws {
        let chain = TestPKI.goodChain()
        let cache = SignatureCache()
        let presented = chain.der
        try verify(presented, trusting: [chain.trusted], cache: cache)
        #expect(throws: Refusal.self) { try verify(presented, trusting: [], cache: cache) }
        #expect(throws: Refusal.self) {
            try verify(presented, trusting: [chain.trusted], at: noon + 2 * .day, cache: cache)
        }
        #expect(throws: Refusal.self) { try verify(presented, trusting: [chain.trusted], for: .mail, cache: cache) }
        // An intermediate that is not presented is not remembered for the next peer.
        #expect(throws: Refusal.self) { try verify([presented[0]], trusting: [chain.trusted], cache: cache) }
    }

    @Test("the same certificate with another signature is another certificate")
    func otherBytes() throws {
        var chain = TestPKI.goodChain()
        let cache = SignatureCache()
        try verify(chain.der, trusting: [chain.trusted], cache: cache)
        chain.leaf.breaksSignature = true
        let refusal = #expect(throws: Refusal.self) { try verify(chain.der, trusting: [chain.trusted], cache: cache) }
        #expect(refusal?.reason == "signatureInvalid")
    }

    @Test("it never holds more than its capacity")
    func bound() throws {
        let chain = TestPKI.goodChain()
        let cache = SignatureCache(capacity: 8)
        let issuing = chain.issuingDER
        for number in 1...40 {
            let leaf = TestPKI.leaf("web", serialNumber: [UInt8(number)]).der(signedBy: chain.issuing)
            try verify([leaf, issuing], trusting: [chain.trusted], cache: cache)
            #expect(cache.count <= 8)
        }
    }
}
