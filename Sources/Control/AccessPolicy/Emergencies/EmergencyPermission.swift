public import Foundation
public import SymbolonNames

/// Leave for some identities to reach some services for a few hours beyond what rules allow, by two people's word. Rules that
/// deny still deny.
public struct EmergencyPermission: Equatable, Sendable {
    /// Four hours: what takes longer is no emergency, and wants a rule.
    public static let longest = 14_400
    /// Identities, and services, of one permission. 16: an emergency's team.
    public static let most = 16
    /// In force at once.
    public static let mostAtOnce = 16

    /// As the authority counts them.
    public let number: Int64
    public let subjects: [SPIFFEID]
    /// By their short names.
    public let services: [String]
    /// One line.
    public let reason: String
    /// Both in whole seconds.
    public let from: Date
    /// Not included.
    public let until: Date
    /// Who asked, and who approved: two.
    public let askedBy: String
    public let approvedBy: String

    public init(
        number: Int64, subjects: [SPIFFEID], services: [String], reason: String, from: Date, until: Date,
        askedBy: String, approvedBy: String
    ) {
        self.number = number
        self.subjects = subjects.sorted()
        self.services = services.sorted()
        self.reason = reason
        self.from = Date(timeIntervalSince1970: from.timeIntervalSince1970.rounded(.down))
        self.until = Date(timeIntervalSince1970: until.timeIntervalSince1970.rounded(.down))
        self.askedBy = askedBy
        self.approvedBy = approvedBy
    }

    public func isOver(at now: Date) -> Bool { now >= until }

    /// Whom and what it names, and for how long, is within the bounds, whoever has signed it.
    var isBounded: Bool {
        (1...Self.most).contains(subjects.count) && (1...Self.most).contains(services.count)
            && subjects.allSatisfy { !$0.path.isEmpty } && from < until
            && until.timeIntervalSince(from) <= Double(Self.longest) && askedBy != approvedBy
    }

    /// As decisions, live connections and logs name it: `emergency 7: the ledger's disk is full`.
    public var ruleName: String {
        var name = "emergency \(number): "
        for character in reason {
            // What a rule's name has room for.
            guard name.utf8.count + character.utf8.count <= 120 else { break }
            name.append(character)
        }
        return name
    }
}

extension Policy {
    /// The same policy with what is permitted for an emergency beside it. A rule that denies outranks each.
    public func permitting(_ permissions: [EmergencyPermission]) -> Policy {
        let taken = Set(rules.map(\.name))
        return Policy(
            checked: rules
                + permissions.map { one in
                    Rule(
                        .allow, taken.contains(one.ruleName) ? "the \(one.ruleName.prefix(20))" : one.ruleName,
                        where: [
                            .identity(one.subjects.map(IdentityPattern.init)), .service(Set(one.services)),
                            .time([TimeWindow(from: one.from, until: one.until)]),
                        ])
                })
    }
}
