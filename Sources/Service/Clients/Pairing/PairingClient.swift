import Foundation
import NIOCore
public import SymbolonEnrollment
import SymbolonKeys
public import SymbolonTransport
import SymbolonWire

/// The new machine's side of an introduction: connects with a code, and asks inside what only the code proved.
public struct PairingClient: Sendable {
    public let address: ServerAddress
    /// The invitation's.
    public let number: Int
    private let client: HTTPSClient

    /// Makes the code's keys, which takes a moment and 33 MB, and connects: when this returns, both ends have proved to
    /// know the code.
    public static func connect(
        to address: ServerAddress, with code: InvitationCode
    ) async throws(PairingClientFailure) -> PairingClient {
        let registration: PairingRegistration
        do throws(TLSFailure) {
            registration = try PairingRegistration(words: code.secret, number: code.number)
        } catch {
            throw .https(.tls(error))
        }
        return try await connect(to: address, by: registration)
    }

    /// With the code's keys, made before.
    public static func connect(
        to address: ServerAddress, by registration: PairingRegistration
    ) async throws(PairingClientFailure) -> PairingClient {
        let context: TLSContext
        do throws(TLSFailure) {
            context = try TLSContext(code: registration.secret, number: registration.number)
        } catch {
            throw .https(.tls(error))
        }
        // The other end may find out only after our handshake that somebody meddled with it: that is told, and not tried
        // again unseen, which would give whoever is between a second guess.
        let client = HTTPSClient(
            to: address, proving: HTTPSProof(context: context, serverName: nil), connectsOnce: true)
        do throws(HTTPSFailure) {
            _ = try await client.session()
        } catch {
            throw PairingClientFailure(error)
        }
        return PairingClient(address: address, number: registration.number, client: client)
    }

    private init(address: ServerAddress, number: Int, client: HTTPSClient) {
        self.address = address
        self.number = number
        self.client = client
    }

    /// What the authority says of itself and promises.
    public func offer() async throws(PairingClientFailure) -> PairingOffer {
        try await ask(HTTPSRequest(.get, "/pairing/v1"))
    }

    public func certify(_ request: PairingRequest) async throws(PairingClientFailure) -> PairingAnswer {
        try await ask(try Self.post("certificate", request))
    }

    /// Hands the other authority our anchor; its own is in the offer.
    public func federate(_ proposal: FederationProposal) async throws(PairingClientFailure) -> FederationReport {
        try await ask(try Self.post("federation", proposal))
    }

    /// Says that everything is stored here; the code is used up.
    public func confirm() async throws(PairingClientFailure) {
        let _: PairingConfirmation = try await ask(try Self.post("confirmation", PairingConfirmation()))
    }

    public func close() async { await client.close() }

    private static func post(_ path: String, _ body: some Encodable) throws(PairingClientFailure) -> HTTPSRequest {
        do {
            let encoded = Array(try JSONEncoder().encode(body))
            return HTTPSRequest(
                .post, "/pairing/v1/\(path)", fields: [HTTPSField("content-type", "application/json")], body: encoded)
        } catch {
            throw .https(.request("it cannot be encoded"))
        }
    }

    private func ask<Answer: Decodable>(_ request: HTTPSRequest) async throws(PairingClientFailure) -> Answer {
        let response: HTTPSResponse
        do throws(HTTPSFailure) {
            response = try await client.send(request)
        } catch {
            throw PairingClientFailure(error)
        }
        guard response.status == 200 else {
            let problem = try? JSONReader.parse(response.body)
            throw .refused(
                status: response.status,
                kind: problem?["type"]?.string?.split(separator: ":").last.map(String.init) ?? "",
                detail: problem?["detail"]?.string ?? "it answered \(response.status)")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(Answer.self, from: Data(response.body))
        } catch {
            throw .notUnderstood
        }
    }
}

/// Why two ends were not introduced.
public enum PairingClientFailure: Error, Equatable, Sendable {
    /// The other end did not prove that it knows the words, or heard from somebody between that we do not.
    case codeNotProved(Int)
    /// No invitation is open there by this number.
    case noOpenInvitation(Int)
    case https(HTTPSFailure)
    /// The authority, which proved itself, says no.
    case refused(status: Int, kind: String, detail: String)
    case notUnderstood

    init(_ failure: HTTPSFailure) {
        switch failure {
        case .tls(.codeNotProved(let number)): self = .codeNotProved(number)
        case .tls(.noOpenInvitation(let number?)): self = .noOpenInvitation(number)
        default: self = .https(failure)
        }
    }
}
