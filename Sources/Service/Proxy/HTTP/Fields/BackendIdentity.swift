internal import Foundation
internal import NIOHTTP1
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonVerification

/// Who the peer of a connection is, as its backend is told with every request.
struct BackendIdentity {
    /// RFC 9440 §2.2: the leaf, as a structured field's octets (RFC 9651 §3.3.5).
    private let certificate: String
    /// RFC 9440 §2.3: the others of the path that was verified, each certifying the one before it, without the anchor. Nil:
    /// there are none.
    private let chain: String?
    private let address: String
    private let isIPv6: Bool
    private let httpVersion: String

    init(_ facts: ConnectionFacts, isHTTP2: Bool) {
        let path = facts.peer.path.certificates.map { ":\(Data($0.der).base64EncodedString()):" }
        certificate = path.first ?? ""
        chain = path.count > 1 ? path.dropFirst().joined(separator: ", ") : nil
        let ip = facts.flow.source?.unmappedIP
        address = ip?.description ?? "unknown"
        isIPv6 = ip?.version == .v6
        httpVersion = isHTTP2 ? "2" : "1.1"
    }

    func add(to fields: inout HTTPHeaders, for request: CanonicalRequest) {
        fields.add(name: "Client-Cert", value: certificate)
        if let chain { fields.add(name: "Client-Cert-Chain", value: chain) }
        // RFC 7239 §4, §6: an IPv6 address, and a host with a port, are quoted.
        let from = isIPv6 ? "\"[\(address)]\"" : address
        fields.add(name: "Forwarded", value: "for=\(from);host=\"\(request.authority)\";proto=https")
        fields.add(name: "X-Forwarded-For", value: address)
        fields.add(name: "X-Forwarded-Host", value: request.authority.description)
        fields.add(name: "X-Forwarded-Proto", value: "https")
        // RFC 9110 §7.6.3.
        fields.add(name: "Via", value: "\(httpVersion) symbolon")
    }
}
