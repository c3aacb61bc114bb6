import Foundation
import SymbolonProxy
import SymbolonStorage

/// Listening sockets that this process was started with: systemd's socket activation, by the protocol of
/// sd_listen_fds(3). They are named for the services that listen at them.
struct ActivatedSockets {
    /// sd_listen_fds(3): the first one.
    private static let first: Int32 = 3
    /// 1,024: more than a process has services.
    private static let most: Int32 = 1024

    /// In the order in which they came, each with its name.
    private var sockets: [(name: String, listener: OpenListener)] = []

    static let none = ActivatedSockets()

    private init() {}

    /// Takes them, once: what comes later in this process, or from it, finds none.
    static func take() throws -> ActivatedSockets {
        let environment = ProcessInfo.processInfo.environment
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { _ = unsafe unsetenv(name) } }
        guard let process = environment["LISTEN_PID"].flatMap({ Int32($0) }), process == getpid(),
            let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...most).contains(count)
        else { return .none }
        let names = environment["LISTEN_FDNAMES"].map { $0.split(separator: ":", omittingEmptySubsequences: false) }
        var taken = ActivatedSockets()
        for index in 0..<count {
            let name = names.flatMap { $0.indices.contains(Int(index)) ? String($0[Int(index)]) : nil } ?? "unknown"
            do {
                taken.sockets.append((name, try OpenListener(adopting: first + index)))
            } catch {
                throw Complaint(
                    what: "the socket \"\(name.printable)\" that this process was started with cannot be listened at",
                    why: error.explanation,
                    mend: "in the socket unit say ListenStream= with Accept=no, and FileDescriptorName= of the service",
                    exit: .configuration)
            }
        }
        return taken
    }

    /// Gives each end its sockets, by the name of its service, or as `protect/web` where a door has the same. Where there is one
    /// end and no name is its, all are meant for it: systemd names a socket for its unit unless it is told a name.
    func distribute(among ends: [NamedEnd]) throws -> [NamedEnd: [OpenListener]] {
        let meant = sockets.map { socket in
            ends.filter { [$0.service, $0.description].contains(socket.name) }
        }
        if ends.count == 1, meant.allSatisfy(\.isEmpty), !sockets.isEmpty {
            return [ends[0]: sockets.map(\.listener)]
        }
        let strangers = zip(sockets, meant).filter { $1.count != 1 }.map(\.0.name)
        guard strangers.isEmpty else {
            throw Complaint(
                what: "this process was started with sockets of which nothing says for which end they are",
                why: "they are named \(strangers.joined(separator: ", ").printable), and the ends "
                    + ends.map(\.description).joined(separator: ", "),
                mend: "name each socket for its service: FileDescriptorName= in the socket unit", exit: .configuration)
        }
        return Dictionary(grouping: zip(sockets, meant), by: { $1[0] }).mapValues { $0.map(\.0.listener) }
    }
}
