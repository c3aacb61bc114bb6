internal import NIOCore

extension ByteBuffer {
    /// RFC 9112 §4.
    mutating func writeStatus(_ code: Int, _ reason: String) {
        guard code != 200 else {
            writeStaticString("HTTP/1.1 200 OK\r\n")
            return
        }
        writeString("HTTP/1.1 \(code) \(reason)\r\n")
    }

    /// RFC 9112 §5.
    mutating func writeField(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }
}
