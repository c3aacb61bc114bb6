import SymbolonAccessPolicy
import SymbolonClients
import SymbolonProxy
import SymbolonVerification

/// What `symbolon run --config FILE` serves: any number of protected services and of doors to them, in one process.
struct RunConfiguration: Equatable, Sendable {
    /// A service that only proved and permitted peers reach.
    struct Protected: Equatable, Sendable {
        var name: String
        var listen: [HostAndPort]
        var backend: HostAndPort
        var allow: [String]
        /// Rules, beside `allow`.
        var policy: PolicyPlace?
        /// What the service is told of each peer.
        var backendHeader = BackendHeader.none
        /// Its requests are read; nil: it is a stream of bytes.
        var http: HTTPService?
        /// Where the keys are published by which the service believes its tokens; there is one where it is told in tokens.
        var tokenKeys: String?
        /// Whose tokens are believed of persons for whom peers act.
        var issuers: [IssuerPlace] = []
        /// What the service itself has to prove to this end; nil: it is spoken to in the clear.
        var backendTLS: BackendTLS?
        var identity: IdentitySource
        var options = EndOptions()
    }

    /// A local door to a protected service.
    struct Door: Equatable, Sendable {
        var name: String
        var listen: HostAndPort
        /// Where the service listens; nil: look it up among the services protected on this machine.
        var at: HostAndPort?
        /// What the service must prove to be; nil: `spiffe://DOMAIN/NAME`.
        var expect: String?
        /// Rules that the service has to pass too.
        var policy: PolicyPlace?
        var identity: IdentitySource
        var options = EndOptions()
    }

    /// One whose tokens are believed of persons.
    struct IssuerPlace: Equatable, Sendable {
        /// Exactly as its tokens say it.
        var issuer: String
        /// The service, as its tokens name it.
        var audience: String
        /// The file with its keys (JWKS).
        var keys: String
        /// By which names persons are known to rules.
        var person = "person/{sub}"
        /// What its words for a proof (`acr`) are worth.
        var assurances: [String: Assurance] = [:]
    }

    /// Where rules stand.
    enum PolicyPlace: Equatable, Sendable {
        case file(String)
        /// Those that the authority has published last.
        case authority

        /// A file of the authority's name is written with its folder: `./authority`.
        init(_ text: String) { self = text == "authority" ? .authority : .file(text) }
    }

    /// Where an end's certificate and key come from.
    enum IdentitySource: Equatable, Sendable {
        /// An identity in the home folder, by its short name.
        case home(name: String?)
        /// Files: certificate chain (leaf first), private key, trust anchors.
        case files(certificate: String, key: String, anchors: String)
    }

    struct EndOptions: Equatable, Sendable {
        /// Seconds from accept to a finished handshake.
        var handshakeDeadline: Int = 10
        /// TLS 1.2 is spoken only where it is asked for.
        var allowsTLS12 = false
        /// Nobody is let in, or reached, by elliptic curves alone.
        var demandsHybrid = false
        /// What silence about a peer's revocation is worth. Nil: the peer is refused, and where nothing here could ever
        /// speak, the end does not start.
        var revocation: RevocationMode?
    }

    /// Where lists, answers and filters of other authorities come from.
    struct RevocationPlaces: Equatable, Sendable {
        var lists: [RevocationPlace] = []
        var answers: [RevocationPlace] = []
        var filters: [RevocationPlace] = []
        /// Files with certificates of those who sign lists and are not in peers' paths.
        var signers: [String] = []
        /// The longest that a place goes unasked.
        var refresh: Duration?

        var isEmpty: Bool { lists.isEmpty && answers.isEmpty && filters.isEmpty }
    }

    /// Where it was read from; nil: from nowhere.
    var file: String?
    /// What the process gives up before it begins.
    var confinement = Confinement()
    var home: String?
    /// Where a page of metrics is served; nil: nowhere.
    var metrics: HostAndPort?
    /// Where spans are sent; nil: nothing is traced.
    var traces: TraceSettings?
    var revocation = RevocationPlaces()
    /// For live connections to finish in when it ends. Nil: 10 s, or to their end where another process goes on.
    var drainTime: Duration?
    var protected: [Protected] = []
    var doors: [Door] = []
}
