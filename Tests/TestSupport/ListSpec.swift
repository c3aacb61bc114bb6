package import Foundation
package import SymbolonCertificates
package import SymbolonKeys
package import SymbolonRevocation

/// A revocation list to be made for a test: start from a good one of the issuing authority, spoil one thing, build.
package struct ListSpec {
    package struct Entry {
        package var serialNumber: [UInt8]
        package var date = noon - 2 * .hour
        package var extensions: [Extension] = []

        package init(_ serialNumber: [UInt8], code: UInt8? = nil, issuer: DistinguishedName? = nil) {
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

    package var issuer: DistinguishedName
    package var key: SigningKey
    /// Nil leaves it out, which is version 1.
    package var version: UInt8? = 1
    package var thisUpdate = noon - 1 * .hour
    package var nextUpdate: Date? = noon + 1 * .hour
    package var entries: [Entry] = []
    package var number: [UInt8]? = [5]
    package var base: [UInt8]?
    package var scope: Scope?
    package var authorityKeyIdentifier: [UInt8]?
    package var otherExtensions: [Extension] = []
    package var criticality: [ObjectIdentifier: Bool] = [:]
    package var outerAlgorithm: [UInt8]?
    package var breaksSignature = false
    /// Put after the list.
    package var trailing: [UInt8] = []

    package init(_ issuer: CertificateSpec) {
        self.issuer = issuer.subject
        key = issuer.key
        authorityKeyIdentifier = issuer.key.publicKey.keyIdentifier
    }

    package init(_ issuer: CertificateSpec, revoking serials: [UInt8]...) {
        self.init(issuer)
        entries = serials.map { Entry($0) }
    }

    package var der: [UInt8] {
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

    package func list() throws -> CertificateList {
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
package struct Scope {
    /// The contents of `[0]`: `full` or `relative`.
    package var name: [UInt8]?
    package var onlyUsers = false
    package var onlyAuthorities = false
    /// Contents octets of the BIT STRING.
    package var reasons: [UInt8]?
    package var isIndirect = false
    package var onlyAttributes = false

    package init(
        name: [UInt8]? = nil, onlyUsers: Bool = false, onlyAuthorities: Bool = false, reasons: [UInt8]? = nil,
        isIndirect: Bool = false, onlyAttributes: Bool = false
    ) {
        self.name = name
        self.onlyUsers = onlyUsers
        self.onlyAuthorities = onlyAuthorities
        self.reasons = reasons
        self.isIndirect = isIndirect
        self.onlyAttributes = onlyAttributes
    }

    package var value: [UInt8] {
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
package func distributionPoints(
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
package func full(_ names: [UInt8]...) -> [UInt8] {
    DERWriter.element(.context(0, isConstructed: true), Array(names.joined()))
}

/// A DistributionPointName: `[1] RelativeDistinguishedName` of one common name.
package func relative(_ commonName: String) -> [UInt8] {
    DERWriter.element(
        .context(1, isConstructed: true),
        DERWriter.sequence(
            DERWriter.objectIdentifier(.commonName), DERWriter.element(.printableString, Array(commonName.utf8))))
}

package func uri(_ text: String) -> [UInt8] {
    DERWriter.element(.context(6), Array(text.utf8))
}

package func directory(_ name: DistinguishedName) -> [UInt8] {
    DERWriter.element(.context(4, isConstructed: true), name.derBytes)
}

/// In the form of RFC 5280 §4.1.2.5.
package func time(_ date: Date) -> [UInt8] {
    let time = CertificateTime(date)
    let digits = time.description.filter { $0.isNumber || $0 == "Z" }
    return time.form == .utcTime
        ? DERWriter.element(.utcTime, Array(digits.dropFirst(2).utf8))
        : DERWriter.element(.generalizedTime, Array(digits.utf8))
}

package func encoded(_ extensions: [Extension]) -> [UInt8] {
    extensions.flatMap { DERWriter.extension($0) }
}
