import Foundation

/// What another program did: its exit status and what it wrote.
public struct ProgramRun: Sendable {
    public let status: Int32
    public let outBytes: [UInt8]
    public let errBytes: [UInt8]

    /// Standard output as text, faults in it replaced.
    public var out: String { String(decoding: outBytes, as: UTF8.self) }
    /// Standard error as text, faults in it replaced.
    public var err: String { String(decoding: errBytes, as: UTF8.self) }
}

/// Runs a program to its end, given its absolute path. Throws when it cannot be started.
///
/// Input and output go through files, so no pipe can fill up and stop it.
public func run(
    _ executable: String, _ arguments: [String], input: some Sequence<UInt8>, environment: [String: String]? = nil
) throws -> ProgramRun {
    let folder = try TemporaryFolder()
    let process = ChildProcess()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    if let environment { process.environment = environment }
    try folder.write(input, to: "in")
    try folder.write([], to: "out")
    try folder.write([], to: "err")
    process.standardInput = FileHandle(forReadingAtPath: folder.file("in"))
    process.standardOutput = FileHandle(forWritingAtPath: folder.file("out"))
    process.standardError = FileHandle(forWritingAtPath: folder.file("err"))
    try process.run()
    process.waitUntilExit()
    return ProgramRun(
        status: process.terminationStatus, outBytes: try folder.read("out"), errBytes: try folder.read("err"))
}

/// Runs a program to its end with nothing to read.
public func run(_ executable: String, _ arguments: [String]) throws -> ProgramRun {
    try run(executable, arguments, input: [])
}
