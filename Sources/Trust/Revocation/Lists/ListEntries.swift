internal import SymbolonCertificates

/// The entries of one list: the bytes as they came, and a table of where each entry starts, found by issuer and serial
/// number together. Eight to sixteen octets an entry beside the list itself, whatever an entry holds.
struct ListEntries: Sendable {
    /// The most issuers kept for one indirect list; each costs a parsed name. 4,096: a web-scale indirect list of the
    /// largest public authorities names under a thousand.
    static let mostIssuers = 4096

    private(set) var count = 0
    /// A critical entry extension that nobody here knows.
    private(set) var unknownCritical: ObjectIdentifier?
    private(set) var hasForeignEntry = false
    private(set) var hasRemoval = false

    private let bytes: [UInt8]
    private let end: Int
    /// Offsets of entries, 0 where there is none; a power of two of them, at most half full.
    private var slots: [UInt32] = []
    /// From this entry on the certificate issuer is this one, until the next run. RFC 5280 §5.3.3.
    private var runs: [(start: UInt32, issuer: UInt32)] = []
    /// Whose list it is: number 0.
    private let issuer: DistinguishedName
    private var issuers: [DistinguishedName: UInt32]

    /// Reads every entry and builds the table. `list` reads the members; none: an empty list.
    init(_ list: DERReader?, of issuer: DistinguishedName) throws(ListFailure) {
        self.issuer = issuer
        issuers = [issuer: 0]
        guard var list else {
            (bytes, end) = ([], 0)
            return
        }
        (bytes, end) = (list.bytes, list.end)
        var offsets: [UInt32] = []
        do throws(DERFailure) {
            guard !list.isAtEnd else { throw DERFailure(.empty, at: list.position) }
            while !list.isAtEnd {
                // In range: a list is at most `CertificateList.largest` octets.
                offsets.append(UInt32(list.position))
                let entry = try ListEntry(&list)
                if let unknown = entry.unknownCritical { unknownCritical = unknown }
                if case .removed = entry.meaning { hasRemoval = true }
                if let element = entry.certificateIssuer { try startRun(element, at: offsets[offsets.count - 1]) }
            }
        } catch {
            throw .malformed(error)
        }
        guard issuers.count <= Self.mostIssuers else { throw .tooManyIssuers(limit: Self.mostIssuers) }
        count = offsets.count
        try fill(with: offsets)
    }

    /// What the list says of a certificate; nil: nothing.
    func entry(of serialNumber: SerialNumber, from issuer: DistinguishedName) -> ListEntry? {
        guard count > 0 else { return nil }
        let number: UInt32
        if issuer == self.issuer {
            number = 0
        } else {
            guard let known = issuers[issuer] else { return nil }
            number = known
        }
        let contents = serialNumber.contents[...]
        var index = slot(of: contents, number)
        while slots[index] != 0 {
            if serial(at: slots[index]).elementsEqual(contents), self.issuer(at: slots[index]) == number {
                var reader = DERReader(bytes, at: Int(slots[index])..<end)
                return try? ListEntry(&reader)
            }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// RFC 5280 §5.3.3: the issuer of this entry and of those after it.
    private mutating func startRun(_ element: DERElement, at offset: UInt32) throws(DERFailure) {
        var names = DERReader(bytes, at: element.contents)
        guard let name = try GeneralName.list(&names).directoryNames.first else {
            throw DERFailure(.empty, at: element.start)
        }
        hasForeignEntry = true
        let number: UInt32
        if let known = issuers[name] {
            number = known
        } else {
            number = UInt32(issuers.count)
            // One more than are kept is enough to refuse the list.
            if issuers.count <= Self.mostIssuers { issuers[name] = number }
        }
        runs.append((offset, number))
    }

    private mutating func fill(with offsets: [UInt32]) throws(ListFailure) {
        var capacity = 4
        while capacity < offsets.count * 2 { capacity *= 2 }
        slots = [UInt32](repeating: 0, count: capacity)
        for offset in offsets {
            let contents = serial(at: offset)
            let number = issuer(at: offset)
            var index = slot(of: contents, number)
            while slots[index] != 0 {
                guard !(serial(at: slots[index]).elementsEqual(contents) && issuer(at: slots[index]) == number) else {
                    throw .duplicateEntry(SerialNumber(parsed: contents))
                }
                index = (index + 1) & (capacity - 1)
            }
            slots[index] = offset
        }
    }

    /// The serial number of the entry at an offset that was parsed before.
    private func serial(at offset: UInt32) -> ArraySlice<UInt8> {
        var reader = DERReader(bytes, at: Int(offset)..<end)
        guard var entry = try? reader.enter(.sequence), let contents = try? entry.integer() else { return [] }
        return contents
    }

    private func issuer(at offset: UInt32) -> UInt32 {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : runs[low - 1].issuer
    }

    /// `Hasher` is keyed anew in every process: nobody can write a list whose entries all fall into one place.
    private func slot(of serialNumber: ArraySlice<UInt8>, _ issuer: UInt32) -> Int {
        var hasher = Hasher()
        hasher.combine(issuer)
        var word: UInt64 = 0
        for (position, octet) in serialNumber.enumerated() {
            word = word << 8 | UInt64(octet)
            if position & 7 == 7 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(serialNumber.count)
        return hasher.finalize() & (slots.count - 1)
    }
}
