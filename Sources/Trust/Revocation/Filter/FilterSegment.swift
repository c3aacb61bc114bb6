/// Which of a closed set of certificates are revoked: exact for every one in the set, and meaningless for any other.
///
/// The first ribbon knows the revoked ones by some bits of a hash; the second says, of all in the set that the first takes
/// for revoked, which really are. One revoked of N costs about log2 N + 1.5 bits, and no encoding can do with less than
/// log2 N + 1.44.
struct FilterSegment: Hashable {
    /// Of no bits when so many are revoked that naming every one in the set is shorter.
    let approximate: Ribbon
    /// Of one bit; empty when nothing is revoked.
    let exact: Ribbon

    /// - Parameter serialNumber: its contents octets.
    func isRevoked(_ serialNumber: ArraySlice<UInt8>) -> Bool {
        guard exact.width > 0, mayBeRevoked(serialNumber) else { return false }
        return exact.answer(at: exact.row(of: serialNumber)) == 1
    }

    private func mayBeRevoked(_ serialNumber: ArraySlice<UInt8>) -> Bool {
        guard approximate.bits > 0 else { return true }
        let row = approximate.row(of: serialNumber)
        return approximate.answer(at: row) == Self.mark(row, bits: approximate.bits)
    }

    private static func mark(_ row: RibbonRow, bits: Int) -> UInt64 { row.value & ((1 << UInt64(bits)) - 1) }
}

// MARK: - Making

extension FilterSegment {
    /// - Parameter seeds: draws 16 octets; another for each ribbon and each try.
    init(_ issued: IssuedCertificates, seeds: () -> [UInt8]) {
        guard issued.revokedCount > 0 else {
            self.init(approximate: .empty(bits: 0), exact: .empty(bits: 1))
            return
        }
        let bits = Self.bits(revoked: issued.revokedCount, good: issued.count - issued.revokedCount)
        let approximate =
            bits == 0
            ? .empty(bits: 0)
            : Ribbon.made(count: issued.revokedCount, bits: bits, seeds: seeds) { insert in
                issued.allSatisfy { number, isRevoked in
                    !isRevoked || insert(number) { UInt32(truncatingIfNeeded: Self.mark($0, bits: bits)) }
                }
            }
        let first = FilterSegment(approximate: approximate, exact: .empty(bits: 1))
        // As the first ribbon leaves it: a bit for each, so that the second try need not ask again.
        var isDoubtful = [Bool]()
        isDoubtful.reserveCapacity(issued.count)
        _ = issued.allSatisfy { number, _ in
            isDoubtful.append(first.mayBeRevoked(number))
            return true
        }
        let exact = Ribbon.made(count: isDoubtful.count(where: \.self), bits: 1, seeds: seeds) { insert in
            var index = -1
            return issued.allSatisfy { number, isRevoked in
                index += 1
                return !isDoubtful[index] || insert(number) { _ in isRevoked ? 1 : 0 }
            }
        }
        self.init(approximate: approximate, exact: exact)
    }

    /// The width of the hash that makes the two ribbons together smallest: each bit more costs every revoked one a bit,
    /// and halves the good ones that the second ribbon must name.
    private static func bits(revoked: Int, good: Int) -> Int {
        func size(_ bits: Int) -> Double { Double(revoked) * Double(bits + 1) + Double(good) / Double(1 << bits) }
        return (0...Ribbon.mostBits).min { size($0) < size($1) } ?? 0
    }
}
