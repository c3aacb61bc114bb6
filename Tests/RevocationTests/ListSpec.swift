import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport

/// A revocation list to be made for a test: start from a good one of the issuing authority, spoil one thing, build.
struct ListSpec {
    struct Entry {
        var serialNumber: [UInt8]
        var date = noon - 2 * .hour
        var extensions: [Extension] = []

        init(_ serialNumber: [UInt8], code: UInt8? = nil, issuer: DistinguishedName? = nil) {
            self.serialNumber = serialNumber
            if let code {
                extensions.append(
                    Extension(.cRLReasons, isCritical: false, value: DERWriter.element(.enumerated, [code])))
            }
            if let issuer {
                extensions.append(
                    Extension(
                        .certificateIssuer, isCritical: true, value: DERWriter.element(.sequence, directory(issuer))))
            }
        }
    }

    var issuer: DistinguishedName
    var key: SigningKey
    /// Nil leaves it out, which is version 1.
    var version: UInt8? = 1
    var thisUpdate = noon - 1 * .hour
    var nextUpdate: Date? = noon + 1 * .hour
    var entries: [Entry] = []
    var number: [UInt8]? = [5]
    var base: [UInt8]?
    var scope: Scope?
    var authorityKeyIdentifier: [UInt8]?
    var otherExtensions: [Extension] = []
    var criticality: [ObjectIdentifier: Bool] = [:]
    var outerAlgorithm: [UInt8]?
    var breaksSignature = false
    /// Put after the list.
    var trailing: [UInt8] = []

    init(_ issuer: CertificateSpec) {
        self.issuer = issuer.subject
        key = issuer.key
        authorityKeyIdentifier = issuer.key.publicKey.keyIdentifier
    }

    init(_ issuer: CertificateSpec, revoking serials: [UInt8]...) {
        self.init(issuer)
        entries = serials.map { Entry($0) }
    }

    var der: [UInt8] {
        let algorithm = key.signatureAlgorithm.identifier
        let members = entries.map { entry in
            DERWriter.sequence(
                DERWriter.element(.integer, entry.serialNumber), time(entry.date),
                entry.extensions.isEmpty ? [] : DERWriter.element(.sequence, encoded(entry.extensions)))
        }
        let tbs = DERWriter.sequence(
            version.map { DERWriter.element(.integer, [$0]) } ?? [], algorithm, issuer.derBytes, time(thisUpdate),
            nextUpdate.map(time) ?? [],
            members.isEmpty ? [] : DERWriter.element(.sequence, Array(members.joined())),
            extensions.isEmpty
                ? []
                : DERWriter.element(
                    .context(0, isConstructed: true), DERWriter.element(.sequence, encoded(extensions))))
        guard var signature = try? key.sign(tbs) else { fatalError("the test's signer cannot sign") }
        if breaksSignature { signature[signature.count - 1] ^= 1 }
        return DERWriter.sequence(tbs, outerAlgorithm ?? algorithm, DERWriter.element(.bitString, [0] + signature))
            + trailing
    }

    func list() throws -> CertificateList {
        try CertificateList(der: der)
    }

    private var extensions: [Extension] {
        var extensions: [Extension] = []
        if let authorityKeyIdentifier {
            let value = DERWriter.sequence(DERWriter.element(.context(0), authorityKeyIdentifier))
            extensions.append(Extension(.authorityKeyIdentifier, isCritical: false, value: value))
        }
        if let number {
            extensions.append(
                Extension(.cRLNumber, isCritical: false, value: DERWriter.element(.integer, number)))
        }
        if let base {
            extensions.append(
                Extension(.deltaCRLIndicator, isCritical: true, value: DERWriter.element(.integer, base)))
        }
        if let scope {
            extensions.append(Extension(.issuingDistributionPoint, isCritical: true, value: scope.value))
        }
        return (extensions + otherExtensions).map {
            Extension($0.identifier, isCritical: criticality[$0.identifier] ?? $0.isCritical, value: $0.value)
        }
    }
}

/// An issuing distribution point to be written. RFC 5280 §5.2.5.
struct Scope {
    /// The contents of `[0]`: `full` or `relative`.
    var name: [UInt8]?
    var onlyUsers = false
    var onlyAuthorities = false
    /// Contents octets of the BIT STRING.
    var reasons: [UInt8]?
    var isIndirect = false
    var onlyAttributes = false

    var value: [UInt8] {
        DERWriter.sequence(
            name.map { DERWriter.element(.context(0, isConstructed: true), $0) } ?? [], flag(1, onlyUsers),
            flag(2, onlyAuthorities), reasons.map { DERWriter.element(.context(3), $0) } ?? [], flag(4, isIndirect),
            flag(5, onlyAttributes))
    }

    private func flag(_ number: UInt8, _ value: Bool) -> [UInt8] {
        value ? DERWriter.element(.context(number), [0xFF]) : []
    }
}

/// A certificate's distribution points, each of an optional name, reasons and list issuer. RFC 5280 §4.2.1.13.
func distributionPoints(
    _ points: (name: [UInt8]?, reasons: [UInt8]?, issuer: DistinguishedName?)...
) -> Extension {
    let members = points.map { point in
        DERWriter.sequence(
            point.name.map { DERWriter.element(.context(0, isConstructed: true), $0) } ?? [],
            point.reasons.map { DERWriter.element(.context(1), $0) } ?? [],
            point.issuer.map { DERWriter.element(.context(2, isConstructed: true), directory($0)) } ?? [])
    }
    return Extension(
        .cRLDistributionPoints, isCritical: false, value: DERWriter.element(.sequence, Array(members.joined())))
}

/// A DistributionPointName: `[0] GeneralNames`.
func full(_ names: [UInt8]...) -> [UInt8] {
    DERWriter.element(.context(0, isConstructed: true), Array(names.joined()))
}

/// A DistributionPointName: `[1] RelativeDistinguishedName` of one common name.
func relative(_ commonName: String) -> [UInt8] {
    DERWriter.element(
        .context(1, isConstructed: true),
        DERWriter.sequence(
            DERWriter.objectIdentifier(.commonName), DERWriter.element(.printableString, Array(commonName.utf8))))
}

func uri(_ text: String) -> [UInt8] {
    DERWriter.element(.context(6), Array(text.utf8))
}

func directory(_ name: DistinguishedName) -> [UInt8] {
    DERWriter.element(.context(4, isConstructed: true), name.derBytes)
}

/// In the form of RFC 5280 §4.1.2.5.
func time(_ date: Date) -> [UInt8] {
    let time = CertificateTime(date)
    let digits = time.description.filter { $0.isNumber || $0 == "Z" }
    return time.form == .utcTime
        ? DERWriter.element(.utcTime, Array(digits.dropFirst(2).utf8))
        : DERWriter.element(.generalizedTime, Array(digits.utf8))
}

func encoded(_ extensions: [Extension]) -> [UInt8] {
    extensions.flatMap { DERWriter.extension($0) }
}
