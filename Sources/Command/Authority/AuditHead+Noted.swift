import SymbolonAudit
import SymbolonWire

/// A head as people note it elsewhere: `COUNT:HASH:SIGNATURE`, hash in hexadecimal, signature in base64url.
extension AuditHead {
    struct NotAHead: Explained {
        let explanation: String
    }

    var noted: String { "\(count):\(Hex.encode(hash)):\(Base64URL.encode(signature))" }

    init(noted text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let count = Int64(parts[0]), count > 0 else {
            throw NotAHead(
                explanation: "a head is COUNT:HASH:SIGNATURE, on one line, as `symbolon audit verify` prints it")
        }
        self.init(count: count, hash: try Hex.decode(parts[1]), signature: try Base64URL.decode(parts[2]))
    }
}
