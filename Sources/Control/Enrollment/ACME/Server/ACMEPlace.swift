import SymbolonCertificates

/// What a URL below `/acme` stands for.
enum ACMEResource: Equatable {
    case directory, newNonce, newAccount, newOrder, revokeCertificate, keyChange
    case account(ResourceID)
    case orders(ResourceID, after: ResourceID?)
    case order(ResourceID)
    case finalize(ResourceID)
    case authorization(ResourceID)
    case challenge(ResourceID, ChallengeKind)
    case certificate(SerialNumber)
    /// RFC 9773 §4.1: by the certificate's unique identifier, not yet read.
    case renewalInformation(String)

    /// RFC 8555 §6.3: everything but the directory, nonces and renewal information is asked by POST.
    var methods: [ACMERequest.Method] {
        switch self {
        case .directory, .renewalInformation: [.get, .head]
        case .newNonce: [.head, .get]
        default: [.post]
        }
    }

    /// Nil where there is nothing, and for names that are never given out.
    init?(path: String) {
        // Octet by octet: what is not ASCII is the name of nothing.
        let octets = Array(path.utf8)
        guard octets.starts(with: Self.root) else { return nil }
        let rest = octets.dropFirst(Self.root.count)
        let end = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        // Strings, most of them short: what compares Substrings takes several times as long.
        let segments = rest[..<end].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        if end < rest.endIndex {
            let query = String(decoding: rest[end...].dropFirst(), as: UTF8.self)
            guard segments.count == 3, segments[0] == "account", segments[2] == "orders", query.hasPrefix("after="),
                let id = ResourceID(segments[1]), let after = ResourceID(query.dropFirst("after=".count))
            else { return nil }
            self = .orders(id, after: after)
            return
        }
        let resource = segments.count == 1 ? Self.fixed[segments[0]] : Self.named(segments)
        guard let resource else { return nil }
        self = resource
    }

    private static let root = Array("\(ACMEServer.root)/".utf8)

    private static let fixed: [String: ACMEResource] = [
        "directory": .directory, "new-nonce": .newNonce, "new-account": .newAccount, "new-order": .newOrder,
        "revoke-cert": .revokeCertificate, "key-change": .keyChange,
    ]

    private static func named(_ segments: [String]) -> ACMEResource? {
        guard segments.count >= 2 else { return nil }
        switch (segments[0], segments.count) {
        case ("account", 2): return ResourceID(segments[1]).map { .account($0) }
        case ("account", 3) where segments[2] == "orders":
            return ResourceID(segments[1]).map { .orders($0, after: nil) }
        case ("order", 2): return ResourceID(segments[1]).map { .order($0) }
        case ("order", 3) where segments[2] == "finalize": return ResourceID(segments[1]).map { .finalize($0) }
        case ("authorization", 2): return ResourceID(segments[1]).map { .authorization($0) }
        case ("challenge", 3):
            guard let id = ResourceID(segments[1]), let kind = ChallengeKind(rawValue: segments[2]) else {
                return nil
            }
            return .challenge(id, kind)
        case ("certificate", 2):
            guard let serial = SerialNumber(segments[1]), serial.description == segments[1] else { return nil }
            return .certificate(serial)
        case ("renewal-info", 2): return .renewalInformation(segments[1])
        default: return nil
        }
    }

    var path: String {
        let rest =
            switch self {
            case .directory: "directory"
            case .newNonce: "new-nonce"
            case .newAccount: "new-account"
            case .newOrder: "new-order"
            case .revokeCertificate: "revoke-cert"
            case .keyChange: "key-change"
            case .account(let id): "account/\(id)"
            case .orders(let id, let after): "account/\(id)/orders" + (after.map { "?after=\($0)" } ?? "")
            case .order(let id): "order/\(id)"
            case .finalize(let id): "order/\(id)/finalize"
            case .authorization(let id): "authorization/\(id)"
            case .challenge(let id, let kind): "challenge/\(id)/\(kind.rawValue)"
            case .certificate(let serialNumber): "certificate/\(serialNumber)"
            case .renewalInformation(let name): "renewal-info/\(name)"
            }
        return ACMEServer.root + "/" + rest
    }
}

/// Where a request came in, and how URLs are made for its answer.
struct ACMEPlace {
    /// `https://` and the authority, without final slash.
    let base: String
    let request: ACMERequest
    let resource: ACMEResource?

    init(base: String, request: ACMERequest) {
        self.base = base
        self.request = request
        resource = ACMEResource(path: request.path)
    }

    var requestURL: String { base + request.path }

    func url(_ resource: ACMEResource) -> String { base + resource.path }

    /// The account that a URL names. Under whatever host: the servers of one store are reached by several, and it is the
    /// signature that shows whose the request is.
    static func account(in url: String) -> ResourceID? {
        let scheme = "https://"
        guard url.utf8.count <= 512, url.hasPrefix(scheme),
            let slash = url.utf8.dropFirst(scheme.utf8.count).firstIndex(of: UInt8(ascii: "/")),
            case .account(let id)? = ACMEResource(path: String(url[slash...]))
        else { return nil }
        return id
    }
}
