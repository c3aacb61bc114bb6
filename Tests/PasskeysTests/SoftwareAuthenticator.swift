import Crypto
import SymbolonCertificates
import SymbolonKeys
import SymbolonPasskeys
import SymbolonTestSupport
import SymbolonWire

/// A browser and an authenticator that do all as they should, each thing open to being spoiled before it is asked.
struct SoftwareAuthenticator {
    static let site = RelyingParty(
        id: "bank.example", origins: ["https://bank.example", "https://login.bank.example:8443"])
    static let user = Array("u-17".utf8)

    // The browser.
    var type: String?
    var origin = "https://bank.example"
    var challenge: String?
    var moreClientData = ""
    var clientData: [UInt8]?
    // The authenticator.
    var key = TestKeys.key("passkey")
    var id = Array("passkey-0001-of-bank".utf8)
    var relyingParty = "bank.example"
    /// Present, verified.
    var flags: UInt8 = 0x05
    var counter: UInt32 = 0
    var model = [UInt8](repeating: 7, count: 16)
    var userHandle: [UInt8]? = user
    var coseKey: [UInt8]?
    var extensions: [UInt8] = []
    var afterEnd: [UInt8] = []
    var signature: [UInt8]?

    /// Of an attestation: its format and statement, made of what it would sign.
    typealias Statement = (_ data: [UInt8], _ clientDataHash: [UInt8]) throws -> (String, CBORValue)

    static func noStatement(_ data: [UInt8], _ clientDataHash: [UInt8]) -> (String, CBORValue) { ("none", .map([])) }

    func registered(
        _ challenge: PasskeyChallenge, _ statement: Statement = noStatement
    ) throws -> PresentedRegistration {
        let client = written("webauthn.create", challenge)
        let data = try authenticatorData(withCredential: true)
        let (format, statement) = try statement(data, Array(SHA256.hash(data: client)))
        let object = CBORValue.map([
            .text("fmt"): .text(format), .text("attStmt"): statement, .text("authData"): .octets(data),
        ])
        return PresentedRegistration(clientData: client, attestationObject: object.encoded)
    }

    func asserted(_ challenge: PasskeyChallenge, withCredential: Bool = false) throws -> PresentedAssertion {
        let client = written("webauthn.get", challenge)
        let data = try authenticatorData(withCredential: withCredential)
        return PresentedAssertion(
            id: id, userHandle: userHandle, clientData: client, authenticatorData: data,
            signature: try signature ?? key.sign(data + Array(SHA256.hash(data: client))))
    }

    private func written(_ usual: String, _ challenge: PasskeyChallenge) -> [UInt8] {
        clientData
            ?? Array(
                #"{"type":"\#(type ?? usual)","challenge":"\#(self.challenge ?? challenge.text)","origin":"\#(origin)"\#(moreClientData)}"#
                    .utf8)
    }

    private func authenticatorData(withCredential: Bool) throws -> [UInt8] {
        var data = Array(SHA256.hash(data: Array(relyingParty.utf8)))
        data.append(flags | (withCredential ? 0x40 : 0) | (extensions.isEmpty ? 0 : 0x80))
        data += (0..<4).reversed().map { UInt8(truncatingIfNeeded: counter >> UInt32(8 * $0)) }
        if withCredential {
            data += model + [UInt8(id.count >> 8), UInt8(id.count & 0xFF)] + id
            data += try coseKey ?? Self.cose(key.publicKey)
        }
        return data + extensions + afterEnd
    }

    static func cose(_ key: PublicKey, algorithm: Int? = nil, more: [CBORMember] = []) throws -> [UInt8] {
        switch key.numbers {
        case .point(let kind, let x, let y)?:
            let (usual, curve) = kind == .p256 ? (-7, 1) : kind == .p384 ? (-35, 2) : (-36, 3)
            return CBORValue.map(
                [
                    CBORMember(.int(1), .int(2)), CBORMember(.int(3), .int(algorithm ?? usual)),
                    CBORMember(.int(-1), .int(curve)), CBORMember(.int(-2), .octets(x)),
                    CBORMember(.int(-3), .octets(y)),
                ] + more
            ).encoded
        case .ed25519(let x)?:
            return CBORValue.map([
                .int(1): .int(1), .int(3): .int(algorithm ?? -8), .int(-1): .int(6), .int(-2): .octets(x),
            ]).encoded
        case .rsa(let modulus, let exponent)?:
            return CBORValue.map([
                .int(1): .int(3), .int(3): .int(algorithm ?? -257), .int(-1): .octets(modulus),
                .int(-2): .octets(exponent),
            ]).encoded
        case nil: return []
        }
    }
}
