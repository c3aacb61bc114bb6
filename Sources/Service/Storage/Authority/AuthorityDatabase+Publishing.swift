public import Foundation
public import SymbolonAudit
public import SymbolonAuthority

extension AuthorityDatabase {
    public func publish(at address: PublicationAddress, at: Date, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            guard try Self.addresses(in: transaction).first != address else { return }
            try transaction.execute(
                "INSERT INTO publication_address (address, since) VALUES (?, ?)",
                [.text(address.description), .time(at)])
            try transaction.append(audit)
        }
    }

    /// The newest first, each once.
    static func addresses(in session: any StoreSession) throws -> [PublicationAddress] {
        var addresses: [PublicationAddress] = []
        for row in try session.rows("SELECT address FROM publication_address ORDER BY id DESC") {
            let address: PublicationAddress
            do {
                address = try PublicationAddress(try row.text("address"))
            } catch let failure as PublicationAddressFailure {
                throw StoreFailure.damaged("\(failure)")
            }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }
}
