import NIOCore
import ServiceLifecycle
import SymbolonHTTPServices

/// The server of lists, with what to do where its port cannot be had.
struct PublicService: Service {
    let server: PublicServer
    let place: HostAndPort

    func run() async throws {
        do {
            try await server.run()
        } catch let failure as IOError {
            throw Complaint(
                what: "revocation lists cannot be served on \(place)", why: "\(failure)",
                mend: "end what listens there, or choose another place: symbolon up --publish-on HOST:PORT")
        }
    }
}
