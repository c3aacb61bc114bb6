import SymbolonAccessPolicy
import SymbolonNames
import SymbolonTestSupport
import Testing

let domain = try! TrustDomain(TestPKI.trustDomain)

/// A document as a parser of any syntax would hand it over; each part on a line of its own, counted in order.
indirect enum Document: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    case text(String)
    case list([Document])
    case fields([(String, Document)])

    init(stringLiteral text: String) { self = .text(text) }
    init(arrayLiteral documents: Document...) { self = .list(documents) }
    init(dictionaryLiteral fields: (String, Document)...) { self = .fields(fields) }

    var node: PolicyNode {
        var line = 0
        return node(&line)
    }

    private func node(_ line: inout Int) -> PolicyNode {
        line += 1
        let place = line
        switch self {
        case .text(let text): return PolicyNode(.text(text), line: place, column: 1)
        case .list(let items): return PolicyNode(.list(items.map { $0.node(&line) }), line: place, column: 1)
        case .fields(let fields):
            let nodes = fields.map { name, value in
                let value = value.node(&line)
                return (name: PolicyNode(.text(name), line: value.line, column: 1), value: value)
            }
            return PolicyNode(.fields(nodes), line: place, column: 1)
        }
    }
}

/// The policy of these rules.
func policy(_ rules: Document...) throws -> Policy {
    try PolicyDocument(Document.fields([("rules", .list(rules))]).node, defaultDomain: domain).policy
}

/// Why a document is no policy.
func faults(_ document: Document) -> [PolicyFault] {
    do {
        _ = try PolicyDocument(document.node, defaultDomain: domain)
        return []
    } catch {
        return error.faults
    }
}

/// `from=app to=ledger network=10.0.0.1`: words with their values; an underscore stands for a space, and a word with a dot
/// stands below another.
func parts(_ text: Substring) -> [(String, Document)] {
    var fields: [(String, Document)] = []
    for part in text.split(separator: " ") where part != "-" {
        let sides = part.split(separator: "=", maxSplits: 1)
        let names = sides[0].split(separator: ".", maxSplits: 1)
        let values = sides[1].split(separator: ",").map { Document.text(String($0).replacing("_", with: " ")) }
        let value = values.count == 1 ? values[0] : .list(values)
        if names.count == 1 {
            fields.append((String(names[0]), value))
        } else {
            var below: [(String, Document)] = []
            if let place = fields.firstIndex(where: { $0.0 == names[0] }), case .fields(let known) = fields[place].1 {
                below = known
                fields.remove(at: place)
            }
            if names[1].contains(".") {
                below += parts(Substring("\(names[1])=\(sides[1])"))
            } else {
                below.append((String(names[1]), value))
            }
            fields.append((String(names[0]), .fields(below)))
        }
    }
    return fields
}

/// A question, written as in `parts`.
func question(_ text: String, at moment: ClockReading = .sure(noon)) throws -> Question {
    var texts: [QuestionDraft.Word: [String]] = [:]
    for part in text.split(separator: " ") {
        let sides = part.split(separator: "=", maxSplits: 1)
        let word = try #require(QuestionDraft.Word(rawValue: String(sides[0])))
        texts[word] = sides[1].split(separator: ",").map(String.init)
    }
    var question = try QuestionDraft(texts).question(in: domain, at: moment.date)
    if moment.isDoubtful { question.moment = moment }
    return question
}
