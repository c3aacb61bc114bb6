/// Why an RSA key is easy to factor although its size is right.
public enum KeyWeakness: Equatable, Sendable {
    /// NIST SP 800-89 §5.3.3: a modulus has no factor smaller than 752.
    case smallFactor(Int)
    /// The key has the shape of those made by one vendor's chips (ROCA, CVE-2017-15361).
    case generatedByFlawedLibrary
    /// The two primes are so near each other that Fermat's method finds them.
    case closePrimes
}

extension PublicKey {
    /// Looks for keys that others can factor. Takes milliseconds, so it belongs before a certificate is issued for a key, not
    /// into a handshake. Elliptic curve keys have no such weakness; their points were checked when they were parsed.
    public var weakness: KeyWeakness? {
        guard let modulus else { return nil }
        if let factor = WeakModulus.smallFactor(of: modulus) { return .smallFactor(factor) }
        if WeakModulus.hasFlawedLibraryShape(modulus) { return .generatedByFlawedLibrary }
        return WeakModulus.hasClosePrimes(Magnitude(bigEndian: modulus)) ? .closePrimes : nil
    }
}

/// The checks, on a modulus in big-endian octets. A modulus is public: none of this needs constant time.
private enum WeakModulus {
    static func smallFactor(of modulus: ArraySlice<UInt8>) -> Int? {
        smallPrimes.first { remainder(of: modulus, by: $0) == 0 }
    }

    /// Nemec and others, "The Return of Coppersmith's Attack" (2017) §3: such primes are k·M + 65537^a mod M, with M a product
    /// of the first primes, so the modulus is a power of 65537 for each of them. Chance alone does that once in 2^27.
    static func hasFlawedLibraryShape(_ modulus: ArraySlice<UInt8>) -> Bool {
        smallPrimes.lazy.filter { $0 <= 167 }.allSatisfy { prime in
            let wanted = remainder(of: modulus, by: prime)
            var power = 1
            repeat {
                if power == wanted { return true }
                power = power * 65537 % prime
            } while power != 1
            return false
        }
    }

    /// Fermat: n = a² - b² with a just above √n when the primes are near. 100 rounds, as the CA/Browser Forum's baseline
    /// requirements ask (§6.1.1.3).
    static func hasClosePrimes(_ modulus: Magnitude) -> Bool {
        let (root, rest) = modulus.squareRoot()
        if rest.isZero { return true }
        // a = root + 1, so b² = a² - n = 2·root + 1 - rest; each round adds 2·a + 1 and then one to a.
        var step = root.doubled()
        step.add(1)
        var square = step
        square.subtract(rest)
        for _ in 0..<100 {
            if square.isSquare { return true }
            step.add(2)
            square.add(step)
        }
        return false
    }

    private static func remainder(of octets: ArraySlice<UInt8>, by divisor: Int) -> Int {
        octets.reduce(0) { ($0 << 8 | Int($1)) % divisor }
    }

    /// The odd primes below 752.
    private static let smallPrimes = stride(from: 3, to: 752, by: 2).filter { candidate in
        !stride(from: 3, to: candidate, by: 2).contains { candidate % $0 == 0 }
    }
}
