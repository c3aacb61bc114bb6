import ArgumentParser
import SymbolonAdministration
import SymbolonHTTPServices
import Testing

@testable import symbolon

@Suite("What the command does with an authority, the JSON API does")
struct VerbTests {
    /// Each verb, with the operations of the API that do what it does with an authority: over a connection, or in the
    /// authority's own process by the same operations. A verb with none works with no authority but what its own line says.
    private static let table: [String: Set<String>] = [
        "acme account deactivate": ["deactivateACMEAccount"], "acme account list": ["listACMEAccounts"],
        "acme account show": ["showACMEAccount"], "acme eab create": ["createExternalAccountKey"],
        "acme eab list": ["listExternalAccountKeys"], "acme eab revoke": ["revokeExternalAccountKey"],
        "audit show": ["listAuditEntries"], "audit verify": ["verifyAudit", "showAuditHead"],
        "authority activate": ["activateIssuer"],
        "authority compromised": ["replaceIssuer", "showIssuer", "finishReplacement"],
        "authority list": ["listIssuers"], "authority permit": ["permitNames"], "authority prepare": ["prepareIssuer"],
        "authority publish-root-list": ["publishRootLists"], "authority retire": ["retireIssuer"],
        "authority show": ["showAuthority"], "ends list": ["listEnds"],
        "federate end": ["endFederation"], "federate invite": ["makeInvitation"],
        "federate list": ["listFederations"], "federate with": ["beginFederation", "showAuthority"],
        "identity issue": ["issueCertificate"],
        "identity list": ["listCertificates"], "identity release": ["releaseCertificate", "listCertificates"],
        "identity revoke": ["revokeCertificates", "listCertificates", "listEnds", "scheduleRevocation"],
        "identity scheduled": ["listScheduledRevocations", "cancelScheduledRevocation"],
        "identity show": ["listCertificates", "showCertificate"], "invite cancel": ["cancelInvitation"],
        "invite list": ["listInvitations"], "invite make": ["makeInvitation"], "operator add": ["putOperator"],
        "operator list": ["listOperators"], "operator remove": ["removeOperator"],
        "group add": ["changeGroup", "showAuthority", "listEnds"],
        "group remove": ["changeGroup", "showAuthority", "listEnds"], "group list": ["listGroups"],
        "group show": ["showGroup"], "policy publish": ["publishPolicy", "showAuthority", "listEnds"],
        "policy emergency ask": ["askEmergency", "showSelf", "showAuthority"],
        "policy emergency approve": ["approveEmergency", "listEnds"],
        "policy emergency end": ["endEmergency", "listEnds"], "policy emergency list": ["listEmergencies"],
        "policy posture report": ["reportPosture", "showSelf", "showAuthority"],
        "policy posture withdraw": ["withdrawPosture", "showSelf", "showAuthority"],
        "policy posture list": ["listPosture"],
        "policy posture permit": ["permitReporter", "showSelf", "showAuthority"],
        "policy posture forbid": ["removeReporter", "showSelf", "showAuthority"],
        "policy posture reporters": ["listReporters"],
        "policy list": ["listPolicyVersions"], "policy show": ["showPolicyVersion"],
    ]

    /// Verbs that take no `--authority`, with what they ask of one by themselves.
    private static let others: [String: Set<String>] = [
        // The exported identity is one of the home.
        "identity export": ["noteExport"],
        "identity renew": ["renewCertificate", "showRenewal"],
        // The ends of a paired machine, and `run` for several of them.
        "protect": [
            "publishEndpoint", "withdrawEndpoint", "renewCertificate", "showRenewal", "showTrust", "followTrust",
            "leaveTrust", "showPolicyInForce",
        ],
        "reach": [
            "findEndpoint", "renewCertificate", "showRenewal", "showTrust", "followTrust", "leaveTrust",
            "showPolicyInForce",
        ],
        "run": [
            "findEndpoint", "publishEndpoint", "withdrawEndpoint", "renewCertificate", "showRenewal", "showTrust",
            "followTrust", "leaveTrust", "showPolicyInForce",
        ],
        // It speaks ACME, with any server.
        "identity obtain": [],
        // Whoever it comes to speaks the pairing protocol: a code proves both, and no identity is there yet.
        "pair": [],
        // It makes an authority, or is one.
        "up": [],
        // They ask the running ends of a home.
        "connections close": [], "connections list": [], "why": [],
        // They look, at files, at this machine, or at an endpoint as any peer sees it.
        "doctor": [], "verify": [], "try": [], "policy check": [], "policy explain": [], "policy test": [],
        "policy replay": [],
    ]

    /// For programs alone: who am I.
    private static let withoutVerb: Set<String> = ["showSelf"]

    private static func leaves(
        _ type: any ParsableCommand.Type, _ path: [String] = []
    ) -> [(path: String, type: any ParsableCommand.Type)] {
        let below = type.configuration.subcommands
        guard !below.isEmpty else { return [(path.joined(separator: " "), type)] }
        return below.flatMap { leaves($0, path + [$0.configuration.commandName ?? "\($0)".lowercased()]) }
    }

    @Test("each verb has one row, and each row a verb")
    func rows() {
        let verbs = Self.leaves(Symbolon.self).map(\.path)
        let written = Array(Self.table.keys) + Array(Self.others.keys)
        #expect(verbs.sorted() == written.sorted())
    }

    @Test("a verb that works with an authority works with one elsewhere: it takes --authority and --as")
    func elsewhere() {
        for (path, type) in Self.leaves(Symbolon.self) {
            let help = type.helpMessage(columns: 200)
            let takes = help.contains("--authority <host:port>") && help.contains("--as <name>")
            #expect(takes == (Self.table[path] != nil), "\(path)")
        }
    }

    @Test("each operation is some verb's, and no verb needs one that there is not")
    func operations() {
        let used = (Array(Self.table.values) + Array(Self.others.values)).reduce(Self.withoutVerb) { $0.union($1) }
        #expect(used == Set(APIOperations.all.map { $0.name }))
    }
}
