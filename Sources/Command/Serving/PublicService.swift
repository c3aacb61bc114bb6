import NIOCore
import ServiceLifecycle
import SymbolonHTTPServices

/// A plain port for everybody, with what to do where it cannot be had.
struct PublicService: Service {
    let server: PublicServer
    let place: HostAndPort
    /// What is served there, in words: many of it.
    let content: String
    /// The option by which another place is chosen.
    let option: String

    func run() async throws {
        do {
            try await server.run()
        } catch let failure as IOError {
            throw Complaint(
                what: "\(content) cannot be served on \(place)", why: "\(failure)",
                mend: "end what listens there, or choose another place: \(option)")
        }
    }
}
