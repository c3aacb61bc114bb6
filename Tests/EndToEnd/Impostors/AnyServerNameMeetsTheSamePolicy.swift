import SymbolonTestSupport
import Testing

extension EndToEnd.Impostors {
    @Suite("T07: any server name, or none, meets the same policy")
    struct AnyServerNameMeetsTheSamePolicy {
        @Test(
            "T07: no certificate, a visitor's and the permitted client's fare alike with",
            arguments: [
                ["-noservername"], ["-servername", "q7x2.invalid"],
                ["-servername", "web.example.internal"],
            ])
        func alike(_ options: [String]) async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let name = options.joined(separator: " ")
            try await gallery.refuses(
                "T07: \(name), no certificate", nil, options, reason: "noCertificate", alert: .certificateRequired)
            let visitor = try gallery.wardrobe.papers(
                gallery.wardrobe.leaf("visitor"), signedBy: gallery.wardrobe.authority.issuing,
                beside: [gallery.wardrobe.authority.issuingDER])
            try await gallery.refuses(
                "T07: \(name), a visitor", visitor, options, reason: "policy", alert: .accessDenied)
            try await gallery.serves(options: options)
        }

        /// RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted in HostName".
        @Test("T07: an address in the place of a name gets unrecognized_name, whoever sends it")
        func address() async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let options = ["-servername", "127.0.0.1"]
            for (who, papers) in [("no certificate", nil), ("the honest client", gallery.wardrobe.honest)] {
                try await gallery.refuses(
                    "T07: an address for a name, \(who)", papers, options, reason: "serverNameRefused",
                    alert: .unrecognizedName)
            }
            try await gallery.serves()
        }
    }
}
