import Foundation

/// Reads lines from a descriptor as they come, each of a bounded length.
struct LineReader {
    /// The longest line that is read, in octets. 64 MiB: a question with a list of a million revoked certificates.
    static let longest = 1 << 26
    /// 64 KiB: what a pipe holds.
    private static let chunkSize = 1 << 16

    enum Line: Equatable, Sendable {
        /// Without its end.
        case text([UInt8])
        /// More than the limit; it was passed over.
        case tooLong(limit: Int)
    }

    struct Unreadable: Explained, Equatable {
        let code: Int32
        var explanation: String { unsafe String(cString: strerror(code)) }
    }

    private let descriptor: Int32
    private let limit: Int
    private var chunk: [UInt8] = []
    private var position = 0

    init(descriptor: Int32, limit: Int = LineReader.longest) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// The next line, or nil at the end of input; the last one needs no line end.
    mutating func next() throws(Unreadable) -> Line? {
        var line: [UInt8] = []
        var count = 0
        while true {
            if position == chunk.count {
                try fill()
                if chunk.isEmpty { return count == 0 ? nil : finished(line, count) }
            }
            let rest = chunk[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let piece = rest[..<(end ?? chunk.count)]
            position += piece.count + (end == nil ? 0 : 1)
            count += piece.count
            if count <= limit { line += piece } else { line = [] }
            if end != nil { return finished(line, count) }
        }
    }

    private func finished(_ line: [UInt8], _ count: Int) -> Line {
        count <= limit ? .text(line) : .tooLong(limit: limit)
    }

    /// Leaves the chunk empty at the end of input.
    private mutating func fill() throws(Unreadable) {
        var buffer = [UInt8](repeating: 0, count: Self.chunkSize)
        var count = -1
        repeat {
            count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw Unreadable(code: errno) }
        chunk = count == buffer.count ? buffer : Array(buffer[..<count])
        position = 0
    }
}
