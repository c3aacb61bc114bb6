import Foundation
import SymbolonAuthority

/// What the ends have said of themselves, as trust changes ask for it.
struct LedgerConfirmations: EndConfirmations {
    let ledger: any EndLedger

    func stragglers(before changeCounter: UInt64) async throws(StoreFailure) -> [String] {
        try await ledger.ends(behind: changeCounter, at: Date()).map { "\($0.name) (\($0.identity))" }
    }
}
