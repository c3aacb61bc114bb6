import Testing

@testable import SymbolonKeys

@Suite("C05: keys that others can factor are found, and sound ones are not accused")
struct WeakKeysTests {
    @Test(
        "each weakness by its name",
        arguments: [
            (Moduli.sound, nil),
            (Moduli.square, .closePrimes),
            (Moduli.lastCloseEnough, .closePrimes),
            (Moduli.firstFarEnough, nil),
            (Moduli.factor751, .smallFactor(751)),
            (Moduli.factor757, nil),
            (Moduli.flawedLibrary, .generatedByFlawedLibrary),
        ] as [(String, KeyWeakness?)])
    func weakness(_ modulus: String, _ expected: KeyWeakness?) throws {
        let key = try PublicKey(subjectPublicKeyInfo: DER.rsa(modulus: hex(modulus)))
        #expect(key.weakness == expected)
    }

    @Test("the smallest odd factor is named")
    func three() throws {
        let key = try PublicKey(subjectPublicKeyInfo: DER.rsa(modulus: [UInt8](repeating: 0xFF, count: 256)))
        #expect(key.weakness == .smallFactor(3))
    }

    @Test("elliptic curve keys have none", arguments: KeyAlgorithm.allCases)
    func ellipticCurves(_ algorithm: KeyAlgorithm) {
        #expect(SigningKey.make(algorithm).publicKey.weakness == nil)
    }

    @Test("the square root of each number up to 2,000, and what remains")
    func squareRoots() {
        for number in 0...2000 {
            let magnitude = Magnitude(bigEndian: [UInt8(number >> 8), UInt8(number & 0xFF)])
            var root = 0
            while (root + 1) * (root + 1) <= number { root += 1 }
            let rest = number - root * root
            let (foundRoot, foundRest) = magnitude.squareRoot()
            #expect(foundRoot == Magnitude(bigEndian: [UInt8(root >> 8), UInt8(root & 0xFF)]))
            #expect(foundRest == Magnitude(bigEndian: [UInt8(rest >> 8), UInt8(rest & 0xFF)]))
            #expect(magnitude.isSquare == (rest == 0))
        }
    }
}
