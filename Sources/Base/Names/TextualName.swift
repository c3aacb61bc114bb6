/// A name with one canonical text, which is how configuration and records hold it.
public protocol TextualName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Parses the text; `description` gives the canonical form back.
    init(_ text: String) throws(NameFailure)
}

extension TextualName {
    /// Decodes the text and parses it; the failure's explanation becomes the decoding error's.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(NameFailure) {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.explanation)
        }
    }

    /// Encodes the canonical text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension DNSName: TextualName {}
extension DNSPattern: TextualName {}
extension IPAddress: TextualName {}
extension IPNetwork: TextualName {}
extension Mailbox: TextualName {}
extension TrustDomain: TextualName {}
extension SPIFFEID: TextualName {}
extension URIName: TextualName {}
extension SubjectName: TextualName {}
extension ReferenceName: TextualName {}
