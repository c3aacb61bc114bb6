/// Files whose content is no secret, read as a whole.
public enum PublicFile {
    /// - Parameter limit: in octets; a longer file is refused, not cut.
    public static func read(_ path: String, limit: Int) throws(FileFailure) -> [UInt8] {
        try FileReading.anyOwner(path, limit: limit)
    }
}
