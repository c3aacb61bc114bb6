import SymbolonAuthority

/// Arguments of a statement in binary form, in memory that lives as long as the call.
struct PostgreSQLArguments {
    private var bytes: [CChar] = []
    /// Where each begins; `nil` for null.
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []

    init(_ values: [StoreValue]) throws {
        for value in values {
            guard value != .null else {
                offsets.append(nil)
                lengths.append(0)
                continue
            }
            let start = bytes.count
            switch value {
            case .null: break
            case .integer(let value):
                for shift in stride(from: 56, through: 0, by: -8) {
                    bytes.append(CChar(truncatingIfNeeded: value >> shift))
                }
            case .text(let value):
                guard !value.utf8.contains(0) else {
                    throw StoreFailure.forbidden("\(value.debugDescription) holds a NUL")
                }
                bytes.append(contentsOf: value.utf8.lazy.map { CChar(bitPattern: $0) })
            case .octets(let value):
                bytes.append(contentsOf: value.lazy.map { CChar(bitPattern: $0) })
            }
            offsets.append(start)
            lengths.append(Int32(clamping: bytes.count - start))
        }
        // So that a value of no octets at the end has an address too: without one it would be null.
        bytes.append(0)
    }

    func withPointers<Value>(
        _ body: (
            _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) throws -> Value
    ) rethrows -> Value {
        let formats = [Int32](repeating: 1, count: lengths.count)
        return try unsafe bytes.withUnsafeBufferPointer { bytes in
            let values = unsafe offsets.map { offset in
                unsafe offset.flatMap { unsafe bytes.baseAddress?.advanced(by: $0) }
            }
            return try unsafe values.withUnsafeBufferPointer { values in
                try unsafe lengths.withUnsafeBufferPointer { lengths in
                    try unsafe formats.withUnsafeBufferPointer { formats in
                        try unsafe body(values.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}

/// A list of texts as C has it: each ends with a NUL, the list with no pointer.
struct CStrings {
    private var bytes: [CChar] = []
    private var offsets: [Int] = []

    init(_ texts: [String]) {
        for text in texts {
            offsets.append(bytes.count)
            bytes.append(contentsOf: text.utf8.lazy.map { CChar(bitPattern: $0) })
            bytes.append(0)
        }
    }

    func withPointers<Value>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Value?) rethrows -> Value? {
        try unsafe bytes.withUnsafeBufferPointer { bytes in
            let pointers = unsafe offsets.map { unsafe bytes.baseAddress?.advanced(by: $0) } + [nil]
            return try unsafe pointers.withUnsafeBufferPointer { pointers in
                try unsafe pointers.baseAddress.flatMap { try unsafe body($0) }
            }
        }
    }
}
