internal import Glibc

/// A file descriptor, closed once: with the last reference to it.
package final class Descriptor: Sendable {
    package let number: CInt

    /// - Parameter number: open, and nobody else's to close.
    package init(_ number: CInt) { self.number = number }

    /// The same file by a number outside the reserve; nil: there is none free.
    func movedOut(of reserve: DescriptorReserve) -> Descriptor? {
        reserve.contains(number) ? reserve.lower(than: number).map(Descriptor.init) : self
    }

    deinit { _ = Glibc.close(number) }
}
