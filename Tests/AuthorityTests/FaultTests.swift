import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import Synchronization
import Testing

@testable import SymbolonAuthority

@Suite("Whatever breaks in between, what was signed was recorded before, and what leaves is right")
struct FaultTests {
    /// Takes what is durable at one point: what a process that is killed there leaves behind.
    private final class Witness: Sendable {
        let contents = Mutex<[FaultPoint: InMemoryStore.Contents]>([:])

        func faults(_ store: InMemoryStore) -> IssuanceFaults {
            IssuanceFaults(reach: { point in
                self.contents.withLock { $0[point] = store.snapshot }
            })
        }
    }

    @Test(
        "C03: killed at any of the nine points, nothing signed is unknown, and a retry has a new serial number",
        arguments: FaultPoint.allCases)
    func killed(at point: FaultPoint) async throws {
        let witness = Witness()
        let house = try await House(faults: witness.faults)
        let issued = try await house.authority.issue(.example())
        let contents = try #require(witness.contents.withLock { $0[point] })
        let mayBeSigned: Set<FaultPoint> = [.signed, .compared, .stored]
        if mayBeSigned.contains(point) {
            #expect(contents.records[issued.serialNumber]?.intent.tbs == Array(issued.certificate.tbsBytes))
        }
        house.clock.advance(by: 11)
        let (authority, store) = try await house.restarted(on: contents)
        let recovered = try await authority.recover()
        let wasIntended: Set<FaultPoint> = [.intentRecorded, .signed, .compared]
        #expect(recovered == (wasIntended.contains(point) ? [issued.serialNumber] : []))
        #expect(try await authority.recover() == [])
        let again = try await authority.issue(.example())
        #expect(again.serialNumber != issued.serialNumber)
        if contents.records[issued.serialNumber] != nil {
            let outcome = try await authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
            #expect(outcome.revoked == [issued.serialNumber])
        }
        let audit = store.snapshot.audit
        #expect(house.verdict(on: store.snapshot) == .intact(count: Int64(audit.count), hash: audit.last?.hash ?? []))
    }

    @Test("the nine points are reached in the order of the nine steps")
    func order() async throws {
        let reached = Mutex<[FaultPoint]>([])
        let house = try await House(faults: { _ in
            IssuanceFaults(reach: { point in reached.withLock { $0.append(point) } })
        })
        _ = try await house.authority.issue(.example())
        #expect(reached.withLock { $0 } == FaultPoint.allCases)
    }

    @Test("an intent that may be under way in another process is left alone for ten seconds")
    func youngIntent() async throws {
        let witness = Witness()
        let house = try await House(faults: witness.faults)
        _ = try await house.authority.issue(.example())
        let contents = try #require(witness.contents.withLock { $0[.intentRecorded] })
        let (authority, store) = try await house.restarted(on: contents)
        house.clock.advance(by: 9)
        #expect(try await authority.recover() == [])
        #expect(try await store.unfinishedIntents().count == 1)
        #expect(try await authority.recover(olderThan: .zero).count == 1)
    }

    @Test("C04: one bit changed after the lint stops the authority, with a line in the record, until it is restarted")
    func alteredBytes() async throws {
        let alter = Mutex(true)
        let house = try await House(faults: { _ in
            IssuanceFaults(alter: { tbs in
                if alter.withLock({ $0 }) { tbs[tbs.count / 2] ^= 1 }
            })
        })
        let failure = await #expect(throws: IssuanceFailure.self) { try await house.authority.issue(.example()) }
        let serialNumber = try #require(house.store.snapshot.order.first)
        #expect(failure == .signedBytesDiffer(serialNumber))
        #expect(house.store.snapshot.records[serialNumber]?.state.name == .abandoned)
        #expect(try house.auditKinds == [.certificateIntended, .authorityHalted, .issuanceAbandoned])
        alter.withLock { $0 = false }
        let halted = IssuanceFailure.halted(because: IssuanceFailure.signedBytesDiffer(serialNumber).explanation)
        await #expect(throws: halted) { try await house.authority.issue(.example()) }
        _ = try await house.authority.revoke(serialNumber, reason: .unspecified, actor: "operator")
        let (restarted, _) = try await house.restarted(on: house.store.snapshot)
        _ = try await restarted.issue(.example())
    }

    /// Signs well, but for every `n`th signature, which has one bit wrong.
    private final class FaultySigner: CertificateSigner {
        let key: SigningKey
        let every: Int
        let count = Mutex(0)

        init(_ key: SigningKey, every: Int) {
            self.key = key
            self.every = every
        }

        var publicKey: PublicKey { key.publicKey }
        var signatureAlgorithm: SignatureAlgorithm { key.signatureAlgorithm }

        func sign(_ message: [UInt8]) throws(KeyFailure) -> [UInt8] {
            var signature = try key.sign(message)
            let isFaulty = count.withLock { count in
                count += 1
                return count % every == 0
            }
            if isFaulty { signature[signature.count - 1] ^= 1 }
            return signature
        }
    }

    @Test("C17: a wrong signature among many never leaves, its serial number is given up, and issuing goes on")
    func faultySignature() async throws {
        let plain = try await House()
        let signer = FaultySigner(plain.creation.issuingKey, every: 50)
        let clock = plain.clock
        let authority = try await IssuingAuthority.open(
            plain.store, keys: AuthorityKeys(issuing: signer, audit: plain.creation.auditKey), clock: { clock.now })
        var failures = 0
        for _ in 0..<200 {
            do {
                let issued = try await authority.issue(.example())
                #expect(issued.certificate.isSigned(by: signer.publicKey))
            } catch {
                guard case .signatureInvalid(let serialNumber) = error else { throw error }
                failures += 1
                #expect(plain.store.snapshot.records[serialNumber]?.state.name == .abandoned)
            }
        }
        #expect(failures == 4)
        #expect(plain.store.snapshot.records.count == 200)
    }

    @Test("a key that cannot sign leaves an abandoned serial number and no certificate")
    func noSignature() async throws {
        struct Broken: CertificateSigner {
            let publicKey: PublicKey
            let signatureAlgorithm: SignatureAlgorithm
            func sign(_ message: [UInt8]) throws(KeyFailure) -> [UInt8] { throw .signingFailed }
        }
        let house = try await House()
        let key = house.creation.issuingKey
        let authority = try await IssuingAuthority.open(
            house.store,
            keys: AuthorityKeys(
                issuing: Broken(publicKey: key.publicKey, signatureAlgorithm: key.signatureAlgorithm),
                audit: house.creation.auditKey), clock: { noon })
        await #expect(throws: IssuanceFailure.signing(.signingFailed)) { try await authority.issue(.example()) }
        #expect(house.store.snapshot.records.values.map(\.state.name) == [.abandoned])
    }

    /// Counts what the key signs.
    private final class CountingSigner: CertificateSigner {
        let key: SigningKey
        let count = Mutex(0)

        init(_ key: SigningKey) { self.key = key }

        var publicKey: PublicKey { key.publicKey }
        var signatureAlgorithm: SignatureAlgorithm { key.signatureAlgorithm }

        func sign(_ message: [UInt8]) throws(KeyFailure) -> [UInt8] {
            count.withLock { $0 += 1 }
            return try key.sign(message)
        }
    }

    @Test(
        "A01: a record that cannot be written refuses the request before anything is signed",
        arguments: [
            StoreFailure.full("disk full"), .readOnly("read-only file system"), .busy("locked"), .unavailable("gone"),
        ])
    func auditUnwritable(_ failure: StoreFailure) async throws {
        let house = try await House()
        let signer = CountingSigner(house.creation.issuingKey)
        let authority = try await IssuingAuthority.open(
            house.store, keys: AuthorityKeys(issuing: signer, audit: house.creation.auditKey), clock: { noon })
        for operation in [InMemoryStore.Operation.record, .auditEnd] {
            house.store.fail(operation, with: failure)
            await #expect(throws: IssuanceFailure.store(failure)) { try await authority.issue(.example()) }
            #expect(signer.count.withLock { $0 } == 0)
            #expect(house.store.snapshot.records.isEmpty)
        }
        house.store.mend()
        _ = try await authority.issue(.example())
        #expect(signer.count.withLock { $0 } == 1)
    }

    @Test("A01: a record that was edited stops issuing before anything is signed")
    func auditEdited() async throws {
        let house = try await House()
        _ = try await house.authority.issue(.example())
        var contents = house.store.snapshot
        contents.audit.removeLast()
        let (authority, store) = try await house.restarted(on: contents)
        await #expect(throws: IssuanceFailure.store(.audit(.endDoesNotFit(sequence: 2)))) {
            try await authority.issue(.example(name: "other"))
        }
        #expect(store.snapshot.records.count == 1)
    }

    @Test("what was signed and could not be stored is not given out, and its serial number is given up")
    func notStored() async throws {
        let house = try await House()
        house.store.fail(.complete, with: .full("disk full"))
        await #expect(throws: IssuanceFailure.store(.full("disk full"))) {
            try await house.authority.issue(.example())
        }
        #expect(house.store.snapshot.records.values.map(\.state.name) == [.abandoned])
        house.store.mend()
        _ = try await house.authority.issue(.example())
    }

    @Test("a certificate revoked while it is being signed is not given out")
    func revokedOnTheWay() async throws {
        let house = try await House(faults: { store in
            IssuanceFaults(reach: { point in
                guard point == .intentRecorded, let serialNumber = store.snapshot.order.first else { return }
                store.set(.revoked(Revocation(.superseded, since: noon), certificate: nil), of: serialNumber)
            })
        })
        let failure = await #expect(throws: IssuanceFailure.self) { try await house.authority.issue(.example()) }
        let serialNumber = try #require(house.store.snapshot.order.first)
        #expect(failure == .store(.conflict(serialNumber, found: "revoked")))
        #expect(house.store.snapshot.records[serialNumber]?.state.name == .revoked)
    }

    @Test("A05: whatever text a request carries is one entry of the record")
    func hostileText() async throws {
        let house = try await House()
        let hostile = "x\n2 certificate.issued root\r\u{1b}[2J\",\"kind\":\"\u{0}"
        await #expect(throws: IssuanceFailure.self) {
            try await house.authority.issue(.example(name: hostile, actor: hostile))
        }
        _ = try await house.authority.issue(.example(actor: hostile))
        let contents = house.store.snapshot
        #expect(contents.audit.count == 4)
        #expect(try AuditEntry(contents.audit[1]).event.subject == hostile)
        #expect(try AuditEntry(contents.audit[2]).event.actor == hostile)
        #expect(house.verdict() == .intact(count: 4, hash: contents.audit[3].hash))
    }
}
