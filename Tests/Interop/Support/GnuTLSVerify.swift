import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import SymbolonWire

/// GnuTLS's `certtool --verify`.
enum GnuTLSVerify {
    static func verdict(on chain: ChainCase) throws -> Verdict {
        let folder = try TemporaryFolder()
        let presented = chain.chain.map { PEM.render(label: "CERTIFICATE", $0) }.joined()
        let arguments = [
            "--verify", "--verify-profile=medium", "--load-ca-certificate",
            try folder.write(PEM.render(label: "CERTIFICATE", chain.root), to: "root"), "--infile",
            try folder.write(presented, to: "chain"), "--verify-purpose=\(purpose(chain).identifier)",
        ]
        let result = try run(Tools.certtool, arguments + name(chain))
        let line = result.out.split(separator: "\n").first { $0.hasPrefix("Chain verification output:") } ?? ""
        let isVerified = result.status == 0 && line.contains("output: Verified. The certificate is trusted.")
        return isVerified ? .accepts : .refuses(line.isEmpty ? result.err : String(line))
    }

    private static func purpose(_ chain: ChainCase) -> KeyPurpose {
        switch chain.purpose {
        case .server: .serverAuth
        case .client: .clientAuth
        case .mail: .emailProtection
        case .code: .codeSigning
        case .any: .any
        }
    }

    private static func name(_ chain: ChainCase) -> [String] {
        switch chain.name {
        case .dns(let name): ["--verify-hostname=\(name)"]
        case .ip(let address): ["--verify-hostname=\(address)"]
        case .mail(let mailbox): ["--verify-email=\(mailbox)"]
        case .spiffe, .uri, nil: []
        }
    }
}
