internal import Glibc

/// A file descriptor, closed once: with the last reference to it.
package final class Descriptor: Sendable {
    package let number: CInt

    /// - Parameter number: open, and nobody else's to close.
    package init(_ number: CInt) { self.number = number }

    deinit { _ = Glibc.close(number) }
}
