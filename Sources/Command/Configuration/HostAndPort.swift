/// An address as operators write it: `HOST:PORT`, `192.0.2.1:8443` or `[2001:db8::1]:8443`.
struct HostAndPort: Equatable, Sendable, CustomStringConvertible {
    let host: String
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Throws: `Malformed` with the sentence that tells what is missing.
    init(_ text: String) throws(Malformed) {
        let host: Substring
        let port: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"), text[end...].hasPrefix("]:") else {
                throw Malformed(text: text, reason: "an IPv6 address is written [ADDRESS]:PORT")
            }
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(end, offsetBy: 2)...]
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                let reason =
                    parts.count < 2 ? "it has no port; write HOST:PORT" : "an IPv6 address is written [ADDRESS]:PORT"
                throw Malformed(text: text, reason: reason)
            }
            (host, port) = (parts[0], parts[1])
        }
        guard !host.isEmpty else {
            throw Malformed(text: text, reason: "it has no host; write 127.0.0.1:PORT for this machine only")
        }
        guard let number = Int(port), port.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            (0...65535).contains(number)
        else {
            throw Malformed(text: text, reason: "the port \"\(port)\" is not a number from 0 to 65535")
        }
        self.host = String(host)
        self.port = number
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    struct Malformed: Error, Equatable, CustomStringConvertible {
        let text: String
        let reason: String
        var description: String { "\"\(text.printable)\" is not an address: \(reason)" }
    }
}
