import Foundation
import SymbolonNames
import SymbolonWire

/// As it stands in the statement that is signed.
extension EmergencyPermission {
    var json: JSONValue {
        .object([
            JSONMember("number", .integer(number)),
            JSONMember("subjects", .array(subjects.map { .string($0.description) })),
            JSONMember("services", .array(services.map { .string($0) })), JSONMember("reason", .string(reason)),
            JSONMember("nbf", .integer(Int64(from.timeIntervalSince1970))),
            JSONMember("exp", .integer(Int64(until.timeIntervalSince1970))),
            JSONMember("askedBy", .string(askedBy)), JSONMember("approvedBy", .string(approvedBy)),
        ])
    }

    init(_ value: JSONValue) throws(PolicyStatementFailure) {
        guard let members = value.members, members.count == 8, let number = value["number"]?.integer, number > 0,
            let subjects = value["subjects"]?.array?.map(\.string),
            let services = value["services"]?.array?.map(\.string),
            let reason = value["reason"]?.string, let from = value["nbf"]?.integer, let until = value["exp"]?.integer,
            let askedBy = value["askedBy"]?.string, let approvedBy = value["approvedBy"]?.string,
            subjects.allSatisfy({ $0 != nil }), services.allSatisfy({ $0 != nil })
        else { throw .malformed("a permission for an emergency lacks a member, or has another") }
        var identities: [SPIFFEID] = []
        do throws(NameFailure) {
            for text in subjects.compactMap(\.self) { identities.append(try SPIFFEID(text)) }
        } catch {
            throw .malformed(error.explanation)
        }
        self.init(
            number: number, subjects: identities, services: services.compactMap(\.self), reason: reason,
            from: Date(timeIntervalSince1970: TimeInterval(from)),
            until: Date(timeIntervalSince1970: TimeInterval(until)), askedBy: askedBy, approvedBy: approvedBy)
        guard isBounded else { throw .malformed("a permission for an emergency is beyond its bounds") }
    }
}
