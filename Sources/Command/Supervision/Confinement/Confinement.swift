import CConfinement
import Foundation
import Glibc
import SymbolonClients
import SymbolonKeys
import SymbolonProxy
import SymbolonStorage

/// What a process that serves ends gives up before it begins: the rights of root, and whatever it does not need of the machine.
///
/// Rights are given up by a thread, and a Swift program has several from the start. So it is done in two steps. The first
/// binds what only root may bind, gives everything up, and executes the same program anew, with the same words: that one is
/// confined from its first instruction, all threads of it. It finishes the work: from then on no thread executes anything.
struct Confinement: Equatable, Sendable {
    /// Who it shall be; nil: who it is.
    var user: String?
    /// Whether files, listening and system calls are restricted: by landlock(7) and seccomp(2).
    var restricts = false

    var isWanted: Bool { user != nil || restricts }

    /// The environment of the second step.
    enum Variable: String, CaseIterable {
        /// What was given up: `user`, or `all`.
        case confined = "SYMBOLON_CONFINED"
        /// Sockets that were bound before: `protect/web=7,reach/db=8`.
        case sockets = "SYMBOLON_SOCKETS"

        var text: String? { ProcessInfo.processInfo.environment[rawValue] }
    }

    /// What it comes to, for the log.
    struct Outcome {
        let user: UInt32
        /// The version of Landlock's interface; nil: nothing was restricted.
        let landlock: Int32?
        let sockets: [NamedEnd: [OpenListener]]
    }

    /// The first step: does not return where anything is to be given up, but as another program with the same process number.
    func begin(
        _ configuration: RunConfiguration, home: HomeFolder, passphrase: PassphraseSource?, takesOver: Bool
    ) throws {
        guard isWanted, Variable.confined.text == nil else { return }
        let account = try user.map { try Account(named: $0) }
        if restricts { _ = try Landlock.version() }
        let sockets = try bind(configuration, isOptional: takesOver)
        try setEnvironment(sockets, home.path)
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        symbolon_bound_capabilities()
        try account?.become()
        try Self.require(symbolon_drop_capabilities(), "capabilities cannot be given up")
        try Self.require(symbolon_no_new_privileges(), "new privileges cannot be refused")
        if restricts {
            var files = [configuration.file].compactMap(\.self)
            if case .file(let path)? = passphrase { files.append(path) }
            // systemd.exec(5): where credentials are.
            if let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] {
                files.append(folder + "/any")
            }
            try Landlock(configuration, reading: files, home: home.path, program: program).restrict()
        }
        throw Complaint(
            what: "this program cannot be executed anew, confined", why: Self.text(Self.execute(program)),
            mend: "see that the user may execute \(program)", exit: .configuration)
    }

    /// The second step. Nil where nothing was given up.
    static func finish() throws -> Outcome? {
        guard let confined = Variable.confined.text else { return nil }
        let sockets = try takeSockets()
        for variable in Variable.allCases { _ = unsafe unsetenv(variable.rawValue) }
        // Whoever sets the variable by hand is told so.
        guard symbolon_has_no_new_privileges() == 1, symbolon_has_capabilities() == 0 else {
            throw Complaint(
                what: "this process is not confined, and \(Variable.confined.rawValue) says it is",
                mend: "leave that variable out of the environment", exit: .configuration)
        }
        guard confined == "all" else { return Outcome(user: geteuid(), landlock: nil, sockets: sockets) }
        try require(symbolon_refuse_calls(), "system calls cannot be refused (seccomp)")
        return Outcome(user: geteuid(), landlock: try Landlock.version(), sockets: sockets)
    }

    /// This process is root, with root's rights, and nobody has said that it may be.
    static var isLeftOut: Bool { geteuid() == 0 && symbolon_has_capabilities() != 0 }

    static func require(_ answer: Int32, _ what: String) throws {
        guard answer < 0 else { return }
        throw Complaint(
            what: "\(what), so nothing was started", why: text(-answer),
            mend: "leave --confine or --user out, or let this system do it", exit: .configuration)
    }

    static func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

    // MARK: The first step

    /// - Parameter isOptional: another process may have the address still, and hands its socket over.
    private func bind(
        _ configuration: RunConfiguration, isOptional: Bool
    ) throws -> [(NamedEnd, OpenListener)] {
        // Whoever starts this process has bound what is to be bound.
        guard ProcessInfo.processInfo.environment["LISTEN_FDS"] == nil else { return [] }
        let wanted =
            configuration.protected.map { (NamedEnd(role: .protect, service: $0.name), $0.listen) }
            + configuration.doors.map { (NamedEnd(role: .reach, service: $0.name), [$0.listen]) }
        var bound: [(NamedEnd, OpenListener)] = []
        for (end, places) in wanted {
            for place in places {
                do throws(EndFailure) {
                    bound.append((end, try OpenListener(at: place.endpoint)))
                } catch {
                    guard isOptional else { throw Complaint(starting: end.service, error) }
                }
            }
        }
        return bound
    }

    private func setEnvironment(_ sockets: [(NamedEnd, OpenListener)], _ home: String) throws {
        let texts = try sockets.map { end, listener in "\(end)=\(try listener.inherited())" }
        let variables = [
            (Variable.confined.rawValue, restricts ? "all" : "user"),
            (Variable.sockets.rawValue, texts.joined(separator: ",")),
            // Where SQLite keeps what does not fit into memory.
            ("SQLITE_TMPDIR", home),
        ]
        for (name, value) in variables { _ = unsafe setenv(name, value, 1) }
    }

    /// Returns only why it did not.
    private static func execute(_ program: String) -> Int32 {
        var words = unsafe CommandLine.arguments.map { unsafe strdup($0) }
        unsafe words.append(nil)
        _ = unsafe execv(program, words)
        return errno
    }

    // MARK: The second step

    private static func takeSockets() throws -> [NamedEnd: [OpenListener]] {
        var sockets: [NamedEnd: [OpenListener]] = [:]
        for text in (Variable.sockets.text ?? "").split(separator: ",") {
            let sides = text.split(separator: "=")
            let name = sides.first?.split(separator: "/", maxSplits: 1).map(String.init) ?? []
            guard sides.count == 2, name.count == 2, let role = EndRole(rawValue: name[0]),
                let number = Int32(sides[1])
            else { continue }
            sockets[NamedEnd(role: role, service: name[1]), default: []].append(try OpenListener(adopting: number))
        }
        return sockets
    }
}

/// A user of the machine, and its group.
struct Account {
    private let user: uid_t
    private let group: gid_t

    init(named name: String) throws {
        guard let entry = unsafe getpwnam(name) else {
            throw Complaint(
                what: "there is no user \(name.printable)", mend: "name one that is: --user", exit: .configuration)
        }
        (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
    }

    func become() throws {
        guard user != geteuid() else { return }
        guard geteuid() == 0 else {
            throw Complaint(
                what: "only root can become another user", why: "this process is user \(geteuid())",
                mend: "start it as root, or leave --user out", exit: .configuration)
        }
        try Confinement.require(symbolon_become(user, group), "the user cannot be changed")
    }
}
