import SymbolonCertificates
import SymbolonTestSupport
import SymbolonWire
import Testing

extension EndToEnd {
    @Suite("X11: a leaf among the anchors vouches for itself only")
    struct ATrustedLeafVouchesForItselfOnly {
        @Test("X11: the trusted leaf is served; its double of another key, and a leaf that it signed, are refused")
        func lookAlike() async throws {
            let (machine, backend) = (try Machine(), try Backend(.answers))
            let wardrobe = try Wardrobe(machine)
            let trusted = wardrobe.leaf("laptop")
            let trustedDER = trusted.selfSigned()
            let anchors = try machine.folder.write(PEM.render(label: "CERTIFICATE", trustedDER), to: "trusted.pem")
            let web = try wardrobe.issued("web", "service")
            let protect = try await machine.protect(
                to: backend, "--allow", "laptop", "--certificate", web.chain, "--key", web.key, "--anchors", anchors,
                "--revocation", "best-effort:a leaf that vouches for itself has no list")

            // Everything but the key is the same: names, serial number, key identifier.
            var double = trusted
            double.key = TestKeys.key("double")
            let knock = try await Knock.at(
                protect.port, try wardrobe.papers(double.selfSigned(), key: double.key.readable))
            #expect(knock.alert == Alert.badCertificate.rawValue, "\(knock.log)")
            #expect(try await protect.ends.event("refused")["reason"] == "signatureInvalid")

            let before = protect.ends.count
            let below = wardrobe.leaf("laptop")
            let signed = try await Knock.at(
                protect.port, try wardrobe.papers(below, signedBy: trusted, beside: [trustedDER]))
            #expect(signed.alert == Alert.certificateUnknown.rawValue, "\(signed.log)")
            #expect(try await protect.ends.event("refused", after: before)["reason"] == "issuerIsNotAuthority")
            #expect(backend.connections == 0)

            let honest = try await Knock.at(
                protect.port, try wardrobe.papers(trustedDER, key: trusted.key.readable))
            #expect(honest.answer == Backend.answer, "\(honest.log)")
        }
    }
}
