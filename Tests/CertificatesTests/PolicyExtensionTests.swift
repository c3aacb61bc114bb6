import SymbolonCertificates
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §4.2.1.4, .5, .11, .14, §4.2.2.1: policies and access locations as values")
struct PolicyExtensionTests {
    private let one: [UInt8] = [0x06, 0x02, 0x2A, 0x03]
    private let two: [UInt8] = [0x06, 0x02, 0x2A, 0x04]

    private func extensions(
        _ identifier: SymbolonCertificates.ObjectIdentifier, _ value: [UInt8]
    ) throws -> CertificateExtensions {
        var chain = TestPKI.goodChain()
        chain.leaf.otherExtensions = [Extension(identifier, isCritical: false, value: value)]
        return try Certificate(der: chain.leafDER).extensions
    }

    private func isMalformed(_ identifier: SymbolonCertificates.ObjectIdentifier, _ value: [UInt8]) -> Bool {
        do {
            _ = try extensions(identifier, value)
            return false
        } catch CertificateFailure.malformed(.extension(let found), _) {
            return found == identifier
        } catch {
            return false
        }
    }

    @Test("policies are read with their qualifiers passed over")
    func policies() throws {
        let qualifier = der(0x30, one, [0x16, 0x01, 0x61])
        let value = der(0x30, der(0x30, one), der(0x30, two, der(0x30, qualifier)))
        let read = try extensions(.certificatePolicies, value).policies?.identifiers
        #expect(read?.map(\.description) == ["1.2.3", "1.2.4"])
    }

    @Test("no policies, one twice, no qualifier in a list of them: refused")
    func badPolicies() {
        #expect(isMalformed(.certificatePolicies, der(0x30)))
        #expect(isMalformed(.certificatePolicies, der(0x30, der(0x30, one), der(0x30, one))))
        #expect(isMalformed(.certificatePolicies, der(0x30, der(0x30, one, der(0x30)))))
    }

    @Test("mappings are read as pairs; none, and half a pair, are refused")
    func mappings() throws {
        let read = try extensions(.policyMappings, der(0x30, der(0x30, one, two))).policyMappings?.mappings
        #expect(read?.map(\.issuerDomainPolicy.description) == ["1.2.3"])
        #expect(read?.map(\.subjectDomainPolicy.description) == ["1.2.4"])
        #expect(isMalformed(.policyMappings, der(0x30)))
        #expect(isMalformed(.policyMappings, der(0x30, der(0x30, one))))
    }

    @Test("constraints have one field or both; a number that no path reaches is never reached")
    func constraints() throws {
        let read = try extensions(.policyConstraints, der(0x30, [0x80, 1, 0], [0x81, 1, 3])).policyConstraints
        #expect(read?.requireExplicitPolicy == 0)
        #expect(read?.inhibitPolicyMapping == 3)
        let large = try extensions(.policyConstraints, der(0x30, [0x80, 6, 1, 0, 0, 0, 0, 0])).policyConstraints
        #expect(large?.requireExplicitPolicy == Int(Int32.max))
        #expect(large?.inhibitPolicyMapping == nil)
        #expect(isMalformed(.policyConstraints, der(0x30)))
        #expect(isMalformed(.policyConstraints, der(0x30, [0x80, 1, 0xFF])))
        #expect(try extensions(.inhibitAnyPolicy, [0x02, 1, 2]).inhibitAnyPolicy == 2)
        #expect(isMalformed(.inhibitAnyPolicy, [0x02, 1, 0x80]))
    }

    @Test("access locations that are no locations make the certificate malformed")
    func access() throws {
        let location = der(0x30, one, der(0x86, Array("http://a.example/".utf8)))
        _ = try extensions(.authorityInformationAccess, der(0x30, location))
        #expect(isMalformed(.authorityInformationAccess, der(0x30)))
        #expect(isMalformed(.authorityInformationAccess, der(0x30, der(0x30, one))))
        #expect(isMalformed(.authorityInformationAccess, Array("malformed".utf8)))
    }

    @Test("an identifier is read back from its dotted form, and nothing else is")
    func dotted() {
        for text in ["1.2.3", "2.5.29.32.0", "2.999.1", "0.9.2342.19200300.100.1.25"] {
            #expect(SymbolonCertificates.ObjectIdentifier(dotted: text)?.description == text)
        }
        for text in ["", "1", "3.1", "1.40", "1.2.", "1.02", "1.2.x", "1.-2", "1.2.18446744073709551616"] {
            #expect(SymbolonCertificates.ObjectIdentifier(dotted: text) == nil)
        }
    }
}
