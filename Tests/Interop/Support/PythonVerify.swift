import Foundation
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import SymbolonWire

/// The verifier of Python's `cryptography`: all chains in one run, because starting it takes longer than verifying.
enum PythonVerify {
    static func verdicts(on chains: [ChainCase]) throws -> [Verdict] {
        let questions = chains.map { chain in
            Question(
                root: Hex.encode(chain.root), chain: chain.chain.map { Hex.encode($0) },
                purpose: chain.purpose.rawValue,
                name: chain.name?.description, time: Int(ChainCase.now.timeIntervalSince1970),
                isAskable: isAskable(chain))
        }
        let result = try run(
            Tools.python, ["-W", "ignore", "-c", script], input: JSONEncoder().encode(questions))
        guard result.status == 0 else { throw Failed(err: result.err) }
        return try JSONDecoder().decode([String].self, from: Data(result.outBytes)).map { answer in
            switch answer {
            case "yes": .accepts
            case "-": .cannotSay
            default: .refuses(answer)
            }
        }
    }

    /// It knows the rules of the public Web only: servers by name and clients, and no Ed25519.
    private static func isAskable(_ chain: ChainCase) -> Bool {
        chain.purpose != .mail && chain.algorithm != .ed25519
    }

    private struct Question: Encodable {
        let root: String
        let chain: [String]
        let purpose: String
        let name: String?
        let time: Int
        let isAskable: Bool
    }

    struct Failed: Error {
        let err: String
    }

    private static let script = """
        import datetime, ipaddress, json, sys
        from cryptography import x509
        from cryptography.x509 import verification

        def answer(question):
            if not question["isAskable"]:
                return "-"
            try:
                certificates = [x509.load_der_x509_certificate(bytes.fromhex(c)) for c in question["chain"]]
                root = x509.load_der_x509_certificate(bytes.fromhex(question["root"]))
                time = datetime.datetime.fromtimestamp(question["time"], datetime.timezone.utc).replace(tzinfo=None)
                builder = verification.PolicyBuilder().store(verification.Store([root])).time(time)
                if question["purpose"] == "client":
                    verifier = builder.build_client_verifier()
                else:
                    kind, _, text = question["name"].partition(":")
                    subject = x509.DNSName(text) if kind == "dns" else x509.IPAddress(ipaddress.ip_address(text))
                    verifier = builder.build_server_verifier(subject)
                verifier.verify(certificates[0], certificates[1:])
                return "yes"
            except Exception as failure:
                return f"{type(failure).__name__}: {failure}"

        json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
        """
}
