import Foundation

extension Socket {
    /// This side of the connection, as the other side reports it.
    public var address: String {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return "127.0.0.1:\(in_port_t(bigEndian: address.sin_port))"
    }
}
