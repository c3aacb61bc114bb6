import SymbolonCertificates
import SymbolonKeys
import SymbolonTransport

/// What a live endpoint showed beside its certificates, and what it asks of its clients.
struct EndpointReport: Encodable {
    /// Whether a client needs a certificate, as far as it showed.
    enum Demand: String, Encodable {
        case none, optional, required
        /// It asked, and we presented one.
        case presented
    }

    let address: String
    let version: String?
    let cipher: String?
    let group: String?
    let alpn: String?
    /// What it signed the handshake with.
    let signature: String?
    let key: String?
    /// Whether an OCSP answer came with its certificates.
    let isStapled: Bool
    let certificate: Demand
    let authorities: [String]
    let signatureAlgorithms: [String]
    /// How the connection ended, where it was not we who ended it.
    let end: String?

    init(_ findings: Probe.Findings, at address: HostAndPort, presenting: Bool) {
        self.address = address.description
        version = findings.session?.version.rawValue
        cipher = findings.session?.cipher
        group = findings.session?.group
        alpn = findings.session?.alpn
        signature = findings.session?.peerSignatureAlgorithm
        let leaf = findings.chain.first.flatMap { try? Certificate(der: $0) }
        key = leaf?.publicKey?.description
        isStapled = findings.stapledAnswer != nil
        if findings.request == nil {
            certificate = .none
        } else if presenting {
            certificate = .presented
        } else {
            certificate = findings.failure == nil ? .optional : .required
        }
        authorities = (findings.request?.authorities ?? []).map(Self.name)
        signatureAlgorithms = findings.request?.signatureAlgorithms ?? []
        end = findings.failure?.explanation
    }

    private static func name(_ der: [UInt8]) -> String {
        var reader = DERReader(der)
        return (try? DistinguishedName(&reader))?.description ?? "a name that cannot be read"
    }

    func lines(_ terminal: Terminal) -> [String] {
        var lines: [String] = []
        func row(_ label: String, _ value: String) {
            let text = value.printable.wrapped(to: terminal.width.map { $0 - 15 })
            for (index, line) in text.enumerated() {
                lines.append("  " + terminal.styled((index == 0 ? label : "").padded(to: 12), .dim) + " " + line)
            }
        }
        lines += ["", "What it proved itself with"]
        if let key { row("key", signature.map { "\(key), signed the handshake with \($0)" } ?? key) }
        if let version, let group, let cipher {
            row("connection", "\(version), \(group), \(cipher)\(alpn.map { ", \($0)" } ?? "")")
        }
        row("staple", isStapled ? "an OCSP answer came with the certificates" : "none")
        lines += ["", "What it asks of a client"]
        row("certificate", asked)
        if certificate != .none {
            row("authorities", authorities.isEmpty ? "any: it names none" : shownAuthorities)
            row("signatures", shownAlgorithms)
        }
        return lines
    }

    /// 8: a person reads no more; JSON has them all.
    private var shownAuthorities: String {
        let shown = authorities.prefix(8).map { String($0.prefix(200)) }.joined(separator: "; ")
        return authorities.count > 8 ? "\(shown) and \(authorities.count - 8) more" : shown
    }

    /// Those without a name here are old or rare; JSON has their numbers.
    private var shownAlgorithms: String {
        let named = signatureAlgorithms.filter { !$0.hasPrefix("0x") }
        let unnamed = signatureAlgorithms.count - named.count
        return named.joined(separator: ", ") + (unnamed > 0 ? " and \(unnamed) more" : "")
    }

    private var asked: String {
        switch certificate {
        case .none: "none" + (end.map { "; but \($0)" } ?? "")
        case .optional: "asked for, and not needed to shake hands; what is served behind may want it all the same"
        case .required: "needed: without one, \(end ?? "it hangs up")"
        case .presented: end.map { "asked for, and ours was not taken: \($0)" } ?? "asked for, and ours was taken"
        }
    }
}
