package import SymbolonCertificates

/// Where a certificate says that its responder is. RFC 5280 §4.2.2.1, id-ad-ocsp.
package enum ResponderAddress {
    /// Not critical.
    package static func `extension`(_ uri: String) -> Extension {
        Extension(
            .authorityInformationAccess, isCritical: false,
            value: DERWriter.sequence(
                DERWriter.sequence(
                    DERWriter.objectIdentifier(.ocspAccess), DERWriter.element(.context(6), Array(uri.utf8)))))
    }

    /// The URIs, in order; everything else that the extension says is left out.
    package static func all(of certificate: Certificate) throws(DERFailure) -> [String] {
        guard let value = certificate.extensions[.authorityInformationAccess]?.value else { return [] }
        var reader = DERReader(Array(value))
        var list = try reader.enter(.sequence)
        var addresses: [String] = []
        while !list.isAtEnd {
            var description = try list.enter(.sequence)
            let method = try description.objectIdentifier()
            let location = try description.next()
            try description.finish()
            guard method == .ocspAccess, location.tag == .context(6) else { continue }
            addresses.append(String(decoding: list.slice(location.contents), as: UTF8.self))
        }
        try reader.finish()
        return addresses
    }
}
