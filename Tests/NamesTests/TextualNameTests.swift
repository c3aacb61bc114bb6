import Foundation
import SymbolonNames
import Testing

@Suite("Names in configuration and records are their canonical text")
struct TextualNameTests {
    struct Record: Codable, Equatable {
        var domain: TrustDomain
        var id: SPIFFEID
        var host: DNSName
        var pattern: DNSPattern
        var address: IPAddress
        var network: IPNetwork
        var mailbox: Mailbox
        var uri: URIName
        var subject: SubjectName
        var reference: ReferenceName
    }

    static let text = """
        {"address":"2001:db8::1","domain":"example.org","host":"example.org","id":"spiffe:\\/\\/example.org\\/web",\
        "mailbox":"a@example.org","network":"10.0.0.0\\/8","pattern":"*.example.org","reference":"dns:example.org",\
        "subject":"dns:*.example.org","uri":"urn:x:y"}
        """

    @Test("and come back from it")
    func roundTrip() throws {
        let record = try JSONDecoder().decode(Record.self, from: Data(Self.text.utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(record), as: UTF8.self) == Self.text)
    }

    @Test("with the parser's reason when the text is refused")
    func refusal() {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([DNSName].self, from: Data(#"["a_b.example"]"#.utf8))
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.debugDescription.contains("underscore"))
    }
}
