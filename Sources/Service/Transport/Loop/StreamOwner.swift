package import NIOCore

/// Whoever a stream tells what becomes of it: on its loop, in the order in which it happens.
package protocol StreamOwner: AnyObject {
    /// Both ends are proved; no byte came before.
    func streamProved(_ facts: SessionFacts)
    /// Data from the peer. The memory is the loop's own and is used again: what is to stay is copied.
    func streamReceived(_ bytes: ByteBuffer)
    /// The peer has cleanly ended what it sends: a FIN, or close_notify.
    func streamInputEnded()
    /// What waited to be sent has become little again.
    func streamBecameWritable()
    /// All that was owed to the peer has been sent, and our end of it.
    func streamOutputEnded()
    /// Once; the stream closes by itself.
    func streamFailed(_ error: any Error)
    /// The last that is heard of it.
    func streamClosed()
}
