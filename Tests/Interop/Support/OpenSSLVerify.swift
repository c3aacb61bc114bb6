import Foundation
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import SymbolonWire

/// `openssl verify`, as strict as it can be made.
enum OpenSSLVerify {
    static func verdict(on chain: ChainCase) throws -> Verdict {
        let folder = try TemporaryFolder()
        let untrusted = chain.chain.dropFirst().map { PEM.render(label: "CERTIFICATE", $0) }.joined()
        var arguments = [
            "verify", "-x509_strict", "-check_ss_sig", "-attime", String(Int(ChainCase.now.timeIntervalSince1970)),
            "-no-CApath", "-no-CAstore", "-CAfile",
            try folder.write(PEM.render(label: "CERTIFICATE", chain.root), to: "root"), "-purpose", purpose(chain),
        ]
        if !untrusted.isEmpty { arguments += ["-untrusted", try folder.write(untrusted, to: "untrusted")] }
        arguments += name(chain)
        arguments.append(try folder.write(PEM.render(label: "CERTIFICATE", chain.chain[0]), to: "leaf"))
        let result = try run(Tools.openssl, arguments)
        return result.status == 0 ? .accepts : .refuses(reason(result.err))
    }

    private static func purpose(_ chain: ChainCase) -> String {
        switch chain.purpose {
        case .server: "sslserver"
        case .client: "sslclient"
        case .mail: "smimesign"
        case .code: "codesign"
        case .any: "any"
        }
    }

    private static func name(_ chain: ChainCase) -> [String] {
        switch chain.name {
        case .dns(let name): ["-verify_hostname", name.description]
        case .ip(let address): ["-verify_ip", address.description]
        case .mail(let mailbox): ["-verify_email", mailbox.description]
        case .spiffe, .uri, nil: []
        }
    }

    private static func reason(_ text: String) -> String {
        text.split(separator: "\n").first { $0.contains("error ") || $0.contains("rror:") }.map(String.init) ?? text
    }
}
