internal import NIOHTTP1

extension HTTPVersion {
    /// RFC 9112 §6.1, RFC 9110 §15.2: without chunks, and without interim answers.
    var isOld: Bool { major < 1 || (major == 1 && minor < 1) }
}

extension HTTPMethod {
    /// RFC 9110 §9.2.2.
    var isIdempotent: Bool { [.GET, .HEAD, .OPTIONS, .PUT, .DELETE].contains(self) }
}
