import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonVerification
import SymbolonWire

/// One line of `symbolon verify --batch`: a JSON object with a question. Members with other names are passed over.
struct BatchCase: Decodable {
    let id: BatchID?
    let leaf: String
    let intermediates: [String]?
    let roots: [String]
    let at: String?
    let purpose: String?
    let names: [String]?
    let crls: [String]?
    let ocsp: [String]?
    let filters: [String]?
    let revocation: String?
    let profile: String?
    let maxDepth: Double?
    let initialPolicies: [String]?
    let requireExplicitPolicy: Bool?
    let inhibitPolicyMapping: Bool?
    let inhibitAnyPolicy: Bool?

    /// Why a line cannot be answered.
    struct Unreadable: Error, Equatable {
        let detail: String
    }

    /// A name was asked for that no certificate can have.
    struct ImpossibleName: Error {
        let failure: NameFailure
    }

    /// - Throws: `Unreadable` or `ImpossibleName`.
    func question(now: Date) throws -> VerificationQuestion {
        var question = VerificationQuestion(leaf: try theLeaf(), at: now)
        question.intermediates = try Self.certificates(intermediates ?? [], "intermediates")
        question.roots = try Self.certificates(roots, "roots")
        if let at {
            do {
                question.at = try RFC3339.parse(at)
            } catch {
                throw Unreadable(detail: "at: \(error.explanation)")
            }
        }
        question.purpose = try Self.named(purpose, "purpose", of: Purpose.allCases) ?? .any
        question.profile = try Self.named(profile, "profile", of: NamedProfile.allCases) ?? .strict
        question.sources = RevocationSources(
            lists: try lists(), answers: try Self.parsed(ocsp, "ocsp") { try? StatusAnswer(der: $0) },
            filters: try Self.parsed(filters, "filters") { try? RevocationFilter(der: $0) })
        let givesSources = [crls, ocsp, filters].contains { $0?.isEmpty == false }
        question.revocation =
            try Self.named(revocation, "revocation", of: RevocationDemand.allCases) ?? (givesSources ? .required : .off)
        question.policies = try policies()
        if let maxDepth {
            guard let depth = Int(exactly: maxDepth), (0...64).contains(depth) else {
                throw Unreadable(detail: "maxDepth: a whole number from 0 to 64 is due")
            }
            question.maximumDepth = depth
        }
        question.names = try referenceNames()
        return question
    }

    private func theLeaf() throws(Unreadable) -> [UInt8] {
        let found = try Self.blocks(leaf, "CERTIFICATE", "leaf")
        guard found.count == 1 else {
            throw Unreadable(detail: "leaf: \(found.count) certificates where one is due; the others are intermediates")
        }
        return found[0]
    }

    private static func certificates(_ texts: [String], _ field: String) throws(Unreadable) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for (index, text) in texts.enumerated() { result += try blocks(text, "CERTIFICATE", "\(field)[\(index)]") }
        return result
    }

    /// A list that is no DER says nothing.
    private func lists() throws(Unreadable) -> [CertificateList] {
        var result: [CertificateList] = []
        for (index, text) in (crls ?? []).enumerated() {
            result += try Self.blocks(text, "X509 CRL", "crls[\(index)]").compactMap { try? CertificateList(der: $0) }
        }
        return result
    }

    /// What is no DER of its kind says nothing.
    private static func parsed<Source>(
        _ texts: [String]?, _ field: String, _ parse: ([UInt8]) -> Source?
    ) throws(Unreadable) -> [Source] {
        var result: [Source] = []
        for (index, text) in (texts ?? []).enumerated() {
            guard let der = Data(base64Encoded: text), !der.isEmpty else {
                throw Unreadable(detail: "\(field)[\(index)]: not the base64 of DER")
            }
            if let source = parse(Array(der)) { result.append(source) }
        }
        return result
    }

    private static func blocks(_ text: String, _ label: String, _ field: String) throws(Unreadable) -> [[UInt8]] {
        let blocks: [PEM.Block]
        do throws(PEMFailure) {
            blocks = try PEM.parse(text, limit: LineReader.longest)
        } catch {
            throw Unreadable(detail: "\(field): \(error.explanation)")
        }
        guard !blocks.isEmpty else { throw Unreadable(detail: "\(field): no PEM block (BEGIN \(label)) in the text") }
        for block in blocks where block.label != label {
            throw Unreadable(detail: "\(field): a PEM block \"\(block.label)\" where \"\(label)\" is due")
        }
        return blocks.map(\.bytes)
    }

    private static func named<Value: RawRepresentable<String>>(
        _ text: String?, _ field: String, of all: [Value]
    ) throws(Unreadable) -> Value? {
        guard let text else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = all.map(\.rawValue).joined(separator: ", ")
            throw Unreadable(detail: "\(field): \"\(text.printable)\" is none of \(known)")
        }
        return value
    }

    private func policies() throws(Unreadable) -> PolicyExpectation {
        var expectation = PolicyExpectation(
            requiresExplicitPolicy: requireExplicitPolicy ?? false,
            inhibitsPolicyMapping: inhibitPolicyMapping ?? false,
            inhibitsAnyPolicy: inhibitAnyPolicy ?? false)
        guard let initialPolicies else { return expectation }
        expectation.initialPolicies = []
        for text in initialPolicies {
            guard let policy = ObjectIdentifier(policy: text) else {
                throw Unreadable(
                    detail: "initialPolicies: \"\(text.printable)\" is no object identifier such as 2.5.29.32.0")
            }
            expectation.initialPolicies.insert(policy)
        }
        return expectation
    }

    private func referenceNames() throws -> [ReferenceName] {
        try (names ?? []).map { text in
            do throws(NameFailure) {
                return try ReferenceName(text)
            } catch {
                if case .kindMissing = error { throw Unreadable(detail: "names: \(error.explanation)") }
                throw ImpossibleName(failure: error)
            }
        }
    }
}

extension ObjectIdentifier {
    /// RFC 5280 §4.2.1.4: a policy in dotted form, or anyPolicy by its name.
    init?(policy text: String) {
        guard text != "anyPolicy" else {
            self = .anyPolicy
            return
        }
        self.init(dotted: text)
    }
}

/// What a line calls itself by: a text or a whole number, given back as it came.
enum BatchID: Codable, Equatable {
    case text(String)
    case number(Int)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        }
    }
}
