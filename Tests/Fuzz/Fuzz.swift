/// libFuzzer on one parser: `fuzz TARGET [libFuzzer's own options]`. `Scripts/fuzz` builds it, makes the seeds and runs it.
@main
enum Fuzz {
    static func main() {
        guard let name = CommandLine.arguments.dropFirst().first, let target = FuzzTarget(rawValue: name) else {
            print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
            return
        }
        unsafe Self.target = target
        // libFuzzer sees the program's name and what stands behind the target.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv + 1
        _ = unsafe runDriver(&count, &arguments) { start, length in
            unsafe Fuzz.target.read(Array(unsafe UnsafeBufferPointer(start: start, count: length)))
            return 0
        }
    }

    /// Set once, before the only thread that reads it goes on.
    nonisolated(unsafe) private static var target = FuzzTarget.certificate
}

/// libFuzzer's entry for programs that have a `main` of their own.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
