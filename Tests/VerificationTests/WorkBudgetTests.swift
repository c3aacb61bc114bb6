import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("Work is bounded before it is done")
struct WorkBounds {
    @Test("T37: too many octets and too many certificates are refused before one is parsed")
    func size() {
        let chain = TestPKI.goodChain()
        // Nothing here would parse: the bound speaks first.
        let big = [Array(repeating: UInt8(0), count: WorkBudget.standard.maximumChainBytes + 1)]
        #expect(
            verificationRefusal(big, trusting: [chain.trusted])?.failure
                == .chainTooLarge(bytes: big[0].count, limit: WorkBudget.standard.maximumChainBytes))
        let many = Array(repeating: [UInt8(0)], count: 10_000)
        #expect(
            verificationRefusal(many, trusting: [chain.trusted])?.failure
                == .tooManyCertificates(count: 10_000, limit: WorkBudget.standard.maximumCertificates))
        #expect(verificationRefusal([], trusting: [chain.trusted])?.failure == .nothingPresented)
    }

    @Test("a chain just within each bound is accepted, and one past it is refused")
    func exactBounds() throws {
        let chain = TestPKI.goodChain()
        let presented = chain.der
        let trusted = chain.trusted
        let bytes = presented.reduce(0) { $0 + $1.count }

        func budget(_ change: (inout WorkBudget) -> Void) -> WorkBudget {
            var budget = WorkBudget()
            change(&budget)
            return budget
        }
        let exact = budget {
            $0.maximumChainBytes = bytes
            $0.maximumCertificates = 2
            $0.maximumDepth = 1
            $0.maximumSignatures = 2
            $0.maximumPathSteps = 2
            $0.maximumNameComparisons = 3
        }
        try verify(presented, trusting: [trusted], as: ["dns:web.example.internal"], within: exact)

        let tooTight: [(WorkBudget, VerificationFailure)] = [
            (budget { $0.maximumChainBytes = bytes - 1 }, .chainTooLarge(bytes: bytes, limit: bytes - 1)),
            (budget { $0.maximumCertificates = 1 }, .tooManyCertificates(count: 2, limit: 1)),
            (budget { $0.maximumDepth = 0 }, .pathTooDeep(limit: 0)),
            (budget { $0.maximumSignatures = 1 }, .workExhausted(.signatures, limit: 1)),
            (budget { $0.maximumPathSteps = 1 }, .workExhausted(.pathSteps, limit: 1)),
            (budget { $0.maximumNameComparisons = 2 }, .workExhausted(.nameComparisons, limit: 2)),
        ]
        for (budget, failure) in tooTight {
            let refusal = verificationRefusal(
                presented, trusting: [trusted], as: ["dns:web.example.internal"], within: budget)
            #expect(refusal?.failure == failure)
        }
    }

    @Test("X02: many issuers of one name with different keys spend the signature budget, and no more")
    func sameNameManyKeys() {
        let chain = TestPKI.goodChain()
        let strays = (0..<62).map { number in
            authority("Test Issuing", key: "stray \(number)", serialNumber: UInt8(number + 1))
                .der(signedBy: authority("Test Issuing", key: "stray \(number + 1)"))
        }
        let refusal = verificationRefusal([chain.leafDER] + strays, trusting: [chain.trusted])
        #expect(refusal != nil)
        var small = WorkBudget()
        small.maximumSignatures = 8
        let early = verificationRefusal([chain.leafDER] + strays, trusting: [chain.trusted], within: small)
        #expect(early?.failure == .workExhausted(.signatures, limit: 8))
    }

    @Test("X02: authorities that all certify each other spend the step budget, and no more")
    func completeGraph() {
        let names = (0..<7).map { "Mesh \($0)" }
        let mesh = names.enumerated().flatMap { position, name in
            names.enumerated().filter { $0.offset != position }.map { other, otherName in
                authority(name, serialNumber: UInt8(other + 1)).der(signedBy: authority(otherName))
            }
        }
        let leaf = TestPKI.leaf("web", serialNumber: [1]).der(signedBy: authority("Mesh 0"))
        let refusal = verificationRefusal([leaf] + mesh, trusting: [TestPKI.goodChain().trusted])
        #expect(refusal?.failure == .workExhausted(.pathSteps, limit: WorkBudget.standard.maximumPathSteps))
        #expect((refusal?.others.count ?? 0) <= 16)
    }

    @Test("X03: names times constraints are refused by their product before they are compared")
    func namesTimesConstraints() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = (0..<300).map { .dns("n\($0).example.internal") }
        chain.issuing.nameConstraints = NameConstraints(
            excluded: try (0..<300).map { .dns(try DNSSubtree("x\($0).internal")) })
        #expect(
            chain.refusal()?.failure
                == .workExhausted(.nameComparisons, limit: WorkBudget.standard.maximumNameComparisons))
        chain.leaf.names = Array(chain.leaf.names.prefix(200))
        try chain.verified()
    }

    @Test(
        "X19: a leaf of a hundred thousand names is refused by its size, and thousands of names cost one comparison each"
    )
    func manyNames() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = (0..<100_000).map { .dns("n\($0).example.internal") }
        let presented = chain.der
        let bytes = presented.reduce(0) { $0 + $1.count }
        #expect(
            verificationRefusal(presented, trusting: [chain.trusted], as: ["dns:other.internal"])?.failure
                == .chainTooLarge(bytes: bytes, limit: WorkBudget.standard.maximumChainBytes))

        chain.leaf.names = (0..<4000).map { .dns("n\($0).example.internal") }
        var budget = WorkBudget()
        budget.maximumNameComparisons = 4000
        try verify(chain.der, trusting: [chain.trusted], as: ["dns:n3999.example.internal"], within: budget)
        let refusal = verificationRefusal(
            chain.der, trusting: [chain.trusted], as: ["dns:other.internal"], within: budget)
        #expect(refusal?.reason == "nameMismatch")
        budget.maximumNameComparisons = 3999
        let early = verificationRefusal(
            chain.der, trusting: [chain.trusted], as: ["dns:n3999.example.internal"], within: budget)
        #expect(early?.failure == .workExhausted(.nameComparisons, limit: 3999))
    }

    @Test("X19: the text of a refusal stays short however many names and however long a subject the leaf has")
    func textIsCapped() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = (0..<3000).map { .dns("n\($0).example.internal") }
        let refusal = try #require(chain.refusal(as: ["dns:other.internal"]))
        #expect(refusal.reason == "nameMismatch")
        #expect(refusal.explanation.utf8.count < 500)
    }
}
