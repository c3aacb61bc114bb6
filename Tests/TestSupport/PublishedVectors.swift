import Foundation

/// Published test vectors, kept beside the repository and not in it.
public enum PublishedVectors {
    /// Nil when they are not there; tests that need them then say so and are skipped.
    public static let folder: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.deletingLastPathComponent().appendingPathComponent("shared/vectors").path
        if FileManager.default.fileExists(atPath: path) { return path }
        print("WARNING: the published vectors are not beside the repository; tests that need them are skipped")
        return nil
    }()

    public static var areHere: Bool { folder != nil }

    /// The content of a file, unpacked when its name ends in `.gz`.
    public static func read(_ name: String) throws -> [UInt8] {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        let path = folder + "/" + name
        if name.hasSuffix(".gz") { return try run("/usr/bin/gzip", ["-dc", path]).outBytes }
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
