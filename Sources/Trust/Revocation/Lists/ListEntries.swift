internal import SymbolonCertificates

/// The entries of one list: the bytes as they came, and a table of where each entry starts, found by issuer and serial
/// number together. Eight to sixteen octets an entry beside the list itself, whatever an entry holds.
final class ListEntries: Sendable {
    /// The most issuers kept for one indirect list; each costs a parsed name. 4,096: a web-scale indirect list of the
    /// largest public authorities names under a thousand.
    static let mostIssuers = 4096

    let count: Int
    /// A critical entry extension that nobody here knows.
    let unknownCritical: ObjectIdentifier?
    let hasForeignEntry: Bool
    let hasRemoval: Bool

    private let bytes: [UInt8]
    private let end: Int
    /// Offsets of entries, 0 where there is none; a power of two of them, at most half full.
    private let slots: [UInt32]
    private let runs: IssuerRuns

    /// Reads every entry and builds the table. `list` reads the members; none: an empty list.
    init(_ list: DERReader?, of issuer: DistinguishedName) throws(ListFailure) {
        var runs = IssuerRuns(of: issuer)
        var unknownCritical: ObjectIdentifier?
        var hasRemoval = false
        var offsets: [UInt32] = []
        if var list {
            do throws(DERFailure) {
                guard !list.isAtEnd else { throw DERFailure(.empty, at: list.position) }
                while !list.isAtEnd {
                    // In range: a list is at most `CertificateList.largest` octets.
                    offsets.append(UInt32(list.position))
                    let entry = try ListEntry(&list)
                    if let unknown = entry.unknownCritical { unknownCritical = unknown }
                    if case .removed = entry.meaning { hasRemoval = true }
                    if let element = entry.certificateIssuer {
                        var names = DERReader(list.bytes, at: element.contents)
                        guard let name = try GeneralName.list(&names).directoryNames.first else {
                            throw DERFailure(.empty, at: element.start)
                        }
                        runs.start(name, at: offsets[offsets.count - 1])
                    }
                }
            } catch {
                throw .malformed(error)
            }
        }
        guard runs.issuers.count <= Self.mostIssuers else { throw .tooManyIssuers(limit: Self.mostIssuers) }
        (bytes, end) = (list?.bytes ?? [], list?.end ?? 0)
        slots = try Self.table(of: offsets, in: bytes, end, runs)
        (self.runs, count, self.unknownCritical, self.hasRemoval) = (runs, offsets.count, unknownCritical, hasRemoval)
        hasForeignEntry = runs.hasForeignEntry
    }

    /// What the list says of a certificate; nil: nothing.
    /// - Parameter issuer: of the certificate; nil: whoever issued the list.
    func entry(of serialNumber: SerialNumber, from issuer: DistinguishedName?) -> ListEntry? {
        guard count > 0 else { return nil }
        let number: UInt32
        if let issuer {
            guard let known = runs.number(of: issuer) else { return nil }
            number = known
        } else {
            number = IssuerRuns.own
        }
        let contents = serialNumber.contents[...]
        var index = Self.slot(of: contents, number, among: slots.count)
        while slots[index] != 0 {
            if Self.serial(at: slots[index], in: bytes, end).elementsEqual(contents),
                runs.issuer(at: slots[index]) == number
            {
                var reader = DERReader(bytes, at: Int(slots[index])..<end)
                return try? ListEntry(&reader)
            }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    private static func table(
        of offsets: [UInt32], in bytes: [UInt8], _ end: Int, _ runs: IssuerRuns
    ) throws(ListFailure) -> [UInt32] {
        var capacity = 4
        while capacity < offsets.count * 2 { capacity *= 2 }
        var slots = [UInt32](repeating: 0, count: capacity)
        for offset in offsets {
            let contents = serial(at: offset, in: bytes, end)
            let number = runs.issuer(at: offset)
            var index = slot(of: contents, number, among: capacity)
            while slots[index] != 0 {
                let isSame = serial(at: slots[index], in: bytes, end).elementsEqual(contents)
                guard !(isSame && runs.issuer(at: slots[index]) == number) else {
                    throw .duplicateEntry(SerialNumber(parsed: contents))
                }
                index = (index + 1) & (capacity - 1)
            }
            slots[index] = offset
        }
        return slots
    }

    /// The serial number of the entry at an offset that was parsed before.
    private static func serial(at offset: UInt32, in bytes: [UInt8], _ end: Int) -> ArraySlice<UInt8> {
        var reader = DERReader(bytes, at: Int(offset)..<end)
        guard var entry = try? reader.enter(.sequence), let contents = try? entry.integer() else { return [] }
        return contents
    }

    /// `Hasher` is keyed anew in every process: nobody can write a list whose entries all fall into one place.
    private static func slot(of serialNumber: ArraySlice<UInt8>, _ issuer: UInt32, among capacity: Int) -> Int {
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
        return hasher.finalize() & (capacity - 1)
    }
}

/// Whose certificates the entries are. RFC 5280 §5.3.3: an entry that names an issuer begins a run of that issuer's.
private struct IssuerRuns: Sendable {
    /// From this entry on the certificate issuer is this one, until the next run.
    private var runs: [(start: UInt32, issuer: UInt32)] = []
    /// The number of whoever issued the list.
    static let own: UInt32 = 0
    private let ownName: DistinguishedName
    private(set) var issuers: [DistinguishedName: UInt32]

    init(of issuer: DistinguishedName) {
        ownName = issuer
        issuers = [issuer: Self.own]
    }

    var hasForeignEntry: Bool { !runs.isEmpty }

    mutating func start(_ issuer: DistinguishedName, at offset: UInt32) {
        let number: UInt32
        if let known = issuers[issuer] {
            number = known
        } else {
            number = UInt32(issuers.count)
            // One more than are kept is enough to refuse the list.
            if issuers.count <= ListEntries.mostIssuers { issuers[issuer] = number }
        }
        runs.append((offset, number))
    }

    /// Nil: the list has no entry of that issuer's.
    func number(of issuer: DistinguishedName) -> UInt32? { issuer == ownName ? Self.own : issuers[issuer] }

    func issuer(at offset: UInt32) -> UInt32 {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? Self.own : runs[low - 1].issuer
    }
}
