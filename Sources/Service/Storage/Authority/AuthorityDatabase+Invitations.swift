import Foundation
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
public import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames

extension AuthorityDatabase: InvitationStore {
    public func put(_ invitation: Invitation, audit: [AuditAppend]) async throws(StoreFailure) -> Bool {
        let values = try InvitationRow.values(invitation)
        return try await engine.write { transaction in
            let found = try transaction.row(
                "SELECT revision FROM invitation WHERE number = ?", [.integer(invitation.number)])?.integer("revision")
            guard (found ?? -1) + 1 == Int64(invitation.revision) else { return false }
            if found == nil {
                try transaction.execute(InvitationRow.insertion, values)
            } else {
                try transaction.execute(InvitationRow.update, values + [.integer(invitation.number)])
            }
            for entry in audit { try transaction.append(entry) }
            return true
        }
    }

    public func invitation(_ number: Int) async throws(StoreFailure) -> Invitation? {
        try await engine.read { session in
            try session.row("SELECT * FROM invitation WHERE number = ?", [.integer(number)])
                .map(InvitationRow.invitation)
        }
    }

    public func invitations() async throws(StoreFailure) -> [Invitation] {
        try await engine.read { session in
            try session.rows("SELECT * FROM invitation ORDER BY number").map(InvitationRow.invitation)
        }
    }
}

/// An invitation as a row.
private enum InvitationRow {
    static let insertion = """
        INSERT INTO invitation (number, revision, purpose, actor, created_at, expires_at, w0, registration_record,
            tries_left, wrong_tries, state, key, claimed_at, serial)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    static let update = """
        UPDATE invitation SET number = ?, revision = ?, purpose = ?, actor = ?, created_at = ?, expires_at = ?, w0 = ?,
            registration_record = ?, tries_left = ?, wrong_tries = ?, state = ?, key = ?, claimed_at = ?, serial = ?
        WHERE number = ?
        """

    static func values(_ invitation: Invitation) throws(StoreFailure) -> [StoreValue] {
        let purpose: String
        do {
            purpose = try StoredJSON.text(StoredPurpose(invitation.purpose))
        } catch {
            throw StoreFailure(error)
        }
        var key: KeyFingerprint?
        var claimedAt: Date?
        var serial: SerialNumber?
        let state: String
        switch invitation.state {
        case .open: state = "open"
        case .claimed(let owner, let since): (state, key, claimedAt) = ("claimed", owner, since)
        case .issued(let owner, let number): (state, key, serial) = ("issued", owner, number)
        case .finished: state = "finished"
        case .cancelled: state = "cancelled"
        case .dead: state = "dead"
        }
        return [
            .integer(invitation.number), .integer(invitation.revision), .text(purpose), .text(invitation.actor),
            .time(invitation.createdAt), .time(invitation.expiresAt), .octets(invitation.record?.w0.octets),
            .octets(invitation.record?.registrationRecord.octets), .integer(invitation.triesLeft),
            .integer(invitation.wrongTries), .text(state), .octets(key?.bytes), .time(claimedAt),
            .octets(serial.map { Array($0.magnitude) }),
        ]
    }

    static func invitation(_ row: StoreRow) throws -> Invitation {
        var record: SPAKE2PlusRecord?
        if let w0 = try row.octetsIfAny("w0"), let point = try row.octetsIfAny("registration_record") {
            record = SPAKE2PlusRecord(
                w0: SecretBytes(copying: w0), registrationRecord: SecretBytes(copying: point))
        }
        return Invitation(
            number: Int(try row.integer("number")),
            purpose: try StoredJSON.value(StoredPurpose.self, from: try row.text("purpose")).purpose(),
            actor: try row.text("actor"), createdAt: try row.time("created_at"), expiresAt: try row.time("expires_at"),
            record: record, triesLeft: Int(try row.integer("tries_left")),
            wrongTries: Int(try row.integer("wrong_tries")), state: try state(row),
            revision: Int(try row.integer("revision")))
    }

    private static func state(_ row: StoreRow) throws -> Invitation.State {
        func key() throws -> KeyFingerprint {
            guard let key = try? KeyFingerprint(try row.octets("key")) else {
                throw StoreFailure.damaged("an invitation's key")
            }
            return key
        }
        switch try row.text("state") {
        case "open": return .open
        case "claimed": return .claimed(try key(), since: try row.time("claimed_at"))
        case "issued":
            do {
                return .issued(try key(), try SerialNumber(magnitude: try row.octets("serial")))
            } catch let failure as CertificateFailure {
                throw StoreFailure.damaged("an invitation's serial number: \(failure.explanation)")
            }
        case "finished": return .finished
        case "cancelled": return .cancelled
        case "dead": return .dead
        case let other: throw StoreFailure.damaged("an invitation in the state \(other)")
        }
    }
}

/// What an invitation is for, as JSON.
private struct StoredPurpose: Codable {
    var profile: ProfileName?
    var name: String?
    var names: [String]?
    var lifeSeconds: Int64?
    /// Milliseconds.
    var federationUntil: Int64?

    init(_ purpose: Invitation.Purpose) {
        switch purpose {
        case .federation(let until): federationUntil = until.storedMilliseconds
        case .identity(let invited):
            profile = invited.profile
            name = invited.name
            names = invited.names.map(\.description)
            lifeSeconds = invited.life?.components.seconds
        }
    }

    func purpose() throws -> Invitation.Purpose {
        if let federationUntil { return .federation(until: Date(storedMilliseconds: federationUntil)) }
        guard let profile, let name, let names else { throw StoreFailure.damaged("what an invitation is for") }
        do {
            return .identity(
                InvitedIdentity(
                    profile: profile, name: name, names: try names.map { try SubjectName($0) },
                    life: lifeSeconds.map { .seconds($0) }))
        } catch let failure as NameFailure {
            throw StoreFailure.damaged("a name that an invitation is for: \(failure.explanation)")
        }
    }
}

extension SecretBytes {
    /// On their way into the database, which is closed to others like the keys beside it.
    fileprivate var octets: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
