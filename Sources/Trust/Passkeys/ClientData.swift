internal import SymbolonWire

/// What the browser says of a ceremony (WebAuthn Level 3 §5.8.1). Members that are not known here are passed over.
struct ClientData: Equatable {
    let type: String
    /// As it was sent: base64url without padding.
    let challenge: String
    let origin: String
    let isCrossOrigin: Bool
    let topOrigin: String?

    /// 64 KiB: browsers write some hundred octets.
    private static let limits = JSONReader.Limits(octets: 1 << 16, depth: 16, values: 256)

    init(json: ArraySlice<UInt8>) throws(PasskeyFailure) {
        // §7.1 step 5, §7.2 step 9: "any leading byte order mark (BOM) MUST be stripped".
        let text = json.starts(with: [0xEF, 0xBB, 0xBF]) ? json.dropFirst(3) : json
        let value: JSONValue
        do throws(JSONFailure) {
            value = try JSONReader.parse(text, limits: Self.limits)
        } catch {
            throw .clientData(error)
        }
        type = try Self.text("type", of: value)
        challenge = try Self.text("challenge", of: value)
        origin = try Self.text("origin", of: value)
        switch value["crossOrigin"] {
        case nil: isCrossOrigin = false
        case .bool(let truth)?: isCrossOrigin = truth
        default: throw .clientDataMember("crossOrigin")
        }
        switch value["topOrigin"] {
        case nil: topOrigin = nil
        case .string(let text)?: topOrigin = text
        default: throw .clientDataMember("topOrigin")
        }
    }

    private static func text(_ name: String, of value: JSONValue) throws(PasskeyFailure) -> String {
        guard let text = value[name]?.string else { throw .clientDataMember(name) }
        return text
    }

    enum Ceremony: String {
        case registration = "webauthn.create"
        case authentication = "webauthn.get"
    }

    /// §7.1 steps 7 to 11, §7.2 steps 10 to 14.
    func check(
        _ ceremony: Ceremony, answering challenge: PasskeyChallenge, at site: RelyingParty
    ) throws(PasskeyFailure) {
        guard type == ceremony.rawValue else { throw .type(type, expected: ceremony.rawValue) }
        guard challenge.isAnswered(by: self.challenge) else { throw .challenge }
        guard site.origins.contains(origin) else { throw .origin(origin) }
        guard isCrossOrigin || topOrigin != nil else { return }
        guard let topOrigin, site.topOrigins.contains(topOrigin) else { throw .crossOrigin(top: topOrigin) }
    }
}
