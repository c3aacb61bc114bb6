import CConfinement
import Foundation
import Glibc
import SymbolonClients

/// The files that a confined process may touch, and the ports at which it may listen (landlock(7)).
///
/// The home may be changed; what the configuration names, and what every program reads of a system, may be read; nothing but
/// this program may be executed, and that once, until seccomp forbids it.
struct Landlock {
    /// landlock(7), LANDLOCK_ACCESS_FS_…
    struct Rights: OptionSet {
        let rawValue: UInt64

        static let execute = Rights(rawValue: 1 << 0)
        static let writeFile = Rights(rawValue: 1 << 1)
        static let readFile = Rights(rawValue: 1 << 2)
        static let readFolder = Rights(rawValue: 1 << 3)
        static let truncate = Rights(rawValue: 1 << 14)
        static let reading: Rights = [.readFile, .readFolder]
        /// Of a file that is no folder.
        static let ofFile: Rights = [.execute, .writeFile, .readFile, .truncate]
        /// All but executing, and making devices.
        static let changing = Rights(rawValue: 0b0111_0111_1011_1110)

        /// What an interface of this version knows: from 2 on moving between folders, from 3 on cutting off, from 5 on devices.
        static func known(to version: Int32) -> Rights {
            Rights(rawValue: version >= 5 ? 0xFFFF : version >= 3 ? 0x7FFF : version >= 2 ? 0x3FFF : 0x1FFF)
        }
    }

    private let version: Int32
    private var rules: [(path: String, rights: Rights)] = []
    private var ports: Set<Int> = []

    static func version() throws -> Int32 {
        let version = symbolon_landlock_abi()
        guard version >= 1 else {
            throw Complaint(
                what: "this system cannot confine the process, so nothing was started",
                why: "it has no Landlock: \(Confinement.text(-version))",
                mend: "use a kernel from 5.13 on with lsm=landlock, or leave --confine out", exit: .configuration)
        }
        return version
    }

    /// - Parameters:
    ///   - files: beside what the configuration names.
    ///   - program: which is executed anew.
    init(_ configuration: RunConfiguration, reading files: [String], home: String, program: String) throws {
        version = try Self.version()
        allow([home], .changing)
        for path in configuration.files + files {
            // A file is replaced by another of the same name: the folder is what stays. But nobody means all of /etc.
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            allow([["/", "/etc"].contains(folder) ? path : folder], .reading)
        }
        // A file is replaced by one that is made beside it.
        for path in configuration.protected.compactMap(\.tokenKeys) {
            allow([try Self.ownFolder(of: path)], .changing)
        }
        allow(Self.system, .reading)
        allow(["/dev/null", "/dev/zero"], [.readFile, .writeFile])
        // It is mapped now, and will be again.
        allow(try Self.mapped(), .readFile)
        allow([program] + Self.loaders, [.execute, .readFile])
        let places =
            configuration.protected.flatMap(\.listen) + configuration.doors.map(\.listen)
            + [configuration.metrics].compactMap(\.self)
        ports = Set(places.map(\.port))
    }

    /// In which a file is replaced, and nothing else is.
    private static func ownFolder(of path: String) throws -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard !["/", "/etc", "/usr", "/var", "/run", "/home", "/tmp"].contains(folder) else {
            throw Complaint(
                what: "to replace \(path.printable), a confined process would have to write to all of \(folder)",
                mend:
                    "name a file in a folder of its own: --http-token-keys \(folder == "/" ? "" : folder)/symbolon/keys.json",
                exit: .configuration)
        }
        return folder
    }

    private mutating func allow(_ paths: [String], _ rights: Rights) {
        rules += paths.map { path in (path: path, rights: rights) }
    }

    /// What names, times, and certificates of the public are looked up in.
    private static let system = [
        "/usr/lib", "/lib", "/lib64", "/usr/share/zoneinfo", "/usr/share/ca-certificates", "/etc/ssl", "/proc",
        "/sys/fs/cgroup", "/sys/devices/system/cpu", "/run/systemd/resolve", "/etc/resolv.conf", "/etc/hosts",
        "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/localtime",
        "/etc/passwd", "/etc/group", "/etc/ld.so.cache", "/dev/urandom", "/dev/random",
    ]
    /// By which programs begin, where there are several.
    private static let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"]

    /// proc(5), /proc/self/maps: the sixth field.
    private static func mapped() throws -> [String] {
        // Line by line: Foundation takes what one read of such a file gives for the whole of it.
        let descriptor = unsafe open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LineReader.Unreadable(code: errno) }
        defer { close(descriptor) }
        var reader = LineReader(descriptor: descriptor, limit: 1 << 16)
        var paths: Set<String> = []
        while let line = try reader.next() {
            guard case .text(let octets) = line, let start = octets.firstIndex(of: UInt8(ascii: "/")) else { continue }
            paths.insert(String(decoding: octets[start...], as: UTF8.self))
        }
        return Array(paths)
    }

    /// Of this thread, and of what it executes.
    func restrict() throws {
        let known = Rights.known(to: version)
        // 4: listening at TCP ports; 6: signals to others.
        let ruleset = symbolon_landlock_ruleset(version, known.rawValue, 1, 1 << 1)
        try Confinement.require(ruleset, "files cannot be restricted (Landlock)")
        defer { close(ruleset) }
        for (path, rights) in rules {
            let descriptor = unsafe symbolon_open_path(path)
            // What is not there cannot be read either.
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            let isFolder = symbolon_is_folder(descriptor) == 1
            let allowed = rights.intersection(isFolder ? known : known.intersection(.ofFile))
            try Confinement.require(
                symbolon_landlock_path(ruleset, descriptor, allowed.rawValue), "\(path) cannot be allowed (Landlock)")
        }
        if version >= 4 {
            for port in ports {
                try Confinement.require(
                    symbolon_landlock_port(ruleset, UInt64(port), 1), "port \(port) cannot be allowed (Landlock)")
            }
        }
        try Confinement.require(symbolon_landlock_restrict(ruleset), "files cannot be restricted (Landlock)")
    }
}

extension RunConfiguration {
    /// Which it names, and reads again while it runs.
    fileprivate var files: [String] {
        func files(_ source: IdentitySource) -> [String] {
            if case .files(let certificate, let key, let anchors) = source { [certificate, key, anchors] } else { [] }
        }
        func files(_ place: PolicyPlace?) -> [String] {
            if case .file(let path)? = place { [path] } else { [] }
        }
        let places = (revocation.lists + revocation.answers + revocation.filters).compactMap { place -> String? in
            if case .file(let path) = place { path } else { nil }
        }
        func files(_ anchors: BackendTLS.Anchors?) -> [String] {
            switch anchors {
            case .file(let path): [path]
            case .system: [SystemAnchors.file].compactMap(\.self)
            case nil: []
            }
        }
        let issuers = protected.flatMap { $0.issuers.map(\.keys) }
        return [traces?.anchors].compactMap(\.self) + issuers
            + protected.flatMap { files($0.identity) + files($0.policy) + files($0.backendTLS?.anchors) }
            + doors.flatMap { files($0.identity) + files($0.policy) } + places + revocation.signers
    }
}
