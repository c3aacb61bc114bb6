import ArgumentParser
import Foundation
import SymbolonNames
import SymbolonVerification

/// Where a protected service itself listens, as operators write it: `HOST:PORT`, or as an address, `http://HOST[:PORT]` or
/// `https://HOST[:PORT]`, where it speaks HTTP.
struct BackendPlace: Equatable, Sendable {
    enum Scheme: String, Sendable {
        case http, https

        /// RFC 9110 §4.2.1, §4.2.2.
        var standardPort: Int { self == .http ? 80 : 443 }
    }

    let place: HostAndPort
    /// Nil: it is no address.
    let scheme: Scheme?

    init(_ text: String) throws(HostAndPort.Malformed) {
        guard let end = text.range(of: "://") else {
            (place, scheme) = (try HostAndPort(text), nil)
            return
        }
        guard let scheme = Scheme(rawValue: text[..<end.lowerBound].lowercased()) else {
            throw .init(text: text, reason: "a service is reached by http:// or https://")
        }
        var rest = text[end.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        guard rest.allSatisfy({ !"/?#@".contains($0) }) else {
            throw .init(text: text, reason: "it has more than a host and a port; requests bring their own paths")
        }
        let hasPort = rest[(rest.lastIndex(of: "]") ?? rest.startIndex)...].contains(":")
        (place, self.scheme) = (try HostAndPort(hasPort ? String(rest) : "\(rest):\(scheme.standardPort)"), scheme)
    }

    static func argument(_ text: String) throws -> BackendPlace {
        do {
            return try BackendPlace(text)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

extension RunConfiguration {
    /// TLS to a protected service itself, and what it has to prove there.
    struct BackendTLS: Equatable, Sendable {
        /// By whom it is believed.
        enum Anchors: Equatable, Sendable {
            case file(String)
            /// Those that this machine trusts for the Web.
            case system

            /// A file of that name is written with its folder: `./system`.
            init(_ text: String) { self = text == "system" ? .system : .file(text) }
        }

        /// As its address has it; nil: it is named by `name` alone.
        var host: String?
        /// In place of its host.
        var name: String?
        /// Nil: the anchors by which its peers are judged.
        var anchors: Anchors?
        /// What silence about its revocation is worth; nil: as for peers, where the anchors are theirs.
        var revocation: RevocationMode?
        var showsIdentity = true

        /// What can be said of TLS to a service, as it was said; `fault` is told in which option it goes wrong, and why.
        struct Given {
            var name: String?
            var anchors: String?
            var revocation: RevocationMode?
            var showsIdentity: Bool?

            var isEmpty: Bool { name == nil && anchors == nil && revocation == nil && showsIdentity == nil }
        }

        /// Why an address and what is said beside it do not go together.
        struct Contradiction: Error, Equatable {
            let description: String
        }

        /// Nil where it is spoken to in the clear.
        static func make(
            _ to: BackendPlace, _ given: Given, isHTTP: Bool, isClear: Bool
        ) throws(Contradiction) -> BackendTLS? {
            guard isHTTP else {
                guard to.scheme == nil else {
                    throw .init(description: "an http or https address is for a service whose requests are read")
                }
                guard given.isEmpty else {
                    throw .init(description: "only a service whose requests are read is asked for a proof")
                }
                return nil
            }
            guard to.scheme == .https || given.name != nil else {
                guard given.isEmpty else {
                    throw .init(
                        description:
                            "whom to believe is for a service behind TLS: write https://\(to.place), or name it")
                }
                return nil
            }
            guard to.scheme != .http else {
                throw .init(description: "http:// is in the clear, and proves nothing: write https://\(to.place)")
            }
            guard !isClear else {
                throw .init(description: "h2c has no TLS; inside TLS HTTP/2 is spoken wherever the service can")
            }
            return BackendTLS(
                host: to.scheme == .https ? to.place.host : nil, name: given.name,
                anchors: given.anchors.map(Anchors.init), revocation: given.revocation,
                showsIdentity: given.showsIdentity ?? true)
        }

        /// What the service has to prove.
        func names(in domain: TrustDomain?) throws -> [ReferenceName] {
            if let name { return [try Admission.service(name, in: domain)] }
            guard let host else { return [] }
            let kind = (try? IPAddress(host)) == nil ? "dns" : "ip"
            return [try Input.parse("\(kind):\(host)", as: "the host of a service", ReferenceName.init)]
        }
    }
}
