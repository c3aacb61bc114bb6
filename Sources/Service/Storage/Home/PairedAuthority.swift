public import Foundation
public import SymbolonCertificates
import SymbolonWire

/// The authority that this home was introduced to by a code: where it is, and what its server must prove.
///
/// Kept in the home as `authority.json`. It is believed because the home is closed to others, as the anchors are that stand
/// in each identity's own file.
public struct PairedAuthority: Codable, Equatable, Sendable {
    /// The domain that the anchors speak for.
    public let trustDomain: String
    /// `HOST:PORT` of the one TLS port, the first preferred.
    public let addresses: [String]
    /// The certificates in PEM that the authority's server must lead to.
    public let anchorsPEM: String
    /// The identity that came with the pairing, by its name in this home; nil where two authorities were introduced.
    public let identity: String?
    public let pairedAt: Date

    public init(
        trustDomain: String, addresses: [String], anchors: [Certificate], identity: String?, pairedAt: Date
    ) {
        self.trustDomain = trustDomain
        self.addresses = addresses
        self.anchorsPEM = anchors.map { PEM.render(label: StoredIdentity.certificateLabel, $0.der) }.joined()
        self.identity = identity
        // Whole seconds, as the file has them.
        self.pairedAt = Date(timeIntervalSince1970: pairedAt.timeIntervalSince1970.rounded())
    }

    /// The anchors as certificates, at least one.
    public func anchors() throws(IdentityFailure) -> [Certificate] {
        var certificates: [Certificate] = []
        let name = HomeFolder.pairedAuthorityName
        for (index, block) in try CertificateFile.blocks(Array(anchorsPEM.utf8), of: name).enumerated() {
            guard block.label == StoredIdentity.certificateLabel else {
                throw .strangeBlock(path: name, label: block.label)
            }
            certificates.append(try CertificateFile.certificate(block, index: index + 1, of: name))
        }
        return certificates
    }
}

extension HomeFolder {
    static let pairedAuthorityName = "authority.json"
    /// 256 KiB: a few addresses and a hundred anchors.
    private static let pairedAuthorityLimit = 1 << 18

    public var pairedAuthorityFile: String { "\(path)/\(Self.pairedAuthorityName)" }

    /// The authority that this home was introduced to; nil when it never was.
    public func pairedAuthority() throws(HomeFailure) -> PairedAuthority? {
        let bytes: [UInt8]
        do {
            bytes = try FileReading.ownerOnly(pairedAuthorityFile, limit: Self.pairedAuthorityLimit)
        } catch .absent {
            return nil
        } catch {
            throw .file(error)
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            let paired = try decoder.decode(PairedAuthority.self, from: Data(bytes))
            guard !paired.addresses.isEmpty else { throw HomeFailure.unreadable(path: pairedAuthorityFile) }
            _ = try paired.anchors()
            return paired
        } catch {
            throw .unreadable(path: pairedAuthorityFile)
        }
    }

    /// Notes it durably, in the place of one noted before.
    public func save(_ paired: PairedAuthority) throws(HomeFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            let text = try encoder.encode(paired)
            try DurableFile.replace(pairedAuthorityFile, with: Array(text) + [0x0A], mode: Self.fileMode)
        } catch let failure as FileFailure {
            throw .file(failure)
        } catch {
            throw .unreadable(path: pairedAuthorityFile)
        }
    }
}
