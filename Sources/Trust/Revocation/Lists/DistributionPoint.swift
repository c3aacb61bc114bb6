package import SymbolonCertificates

/// A certificate's word on which lists speak for it. RFC 5280 §4.2.1.13.
package struct DistributionPoint: Hashable, Sendable {
    /// What lists for this point call themselves; nil: by the names in `listIssuers`.
    let names: [GeneralName]?
    /// Nil: every reason.
    let reasons: ReasonFlags?
    /// Who signs the lists when it is not the certificate's own issuer.
    let listIssuers: [GeneralName]?

    /// The points that a certificate names.
    static func named(in certificate: Certificate) throws(DERFailure) -> [DistributionPoint] {
        guard let value = certificate.extensions[.cRLDistributionPoints]?.value else { return [] }
        var reader = DERReader(Array(value))
        var list = try reader.enter(.sequence)
        try reader.finish()
        guard !list.isAtEnd else { throw DERFailure(.empty, at: 0) }
        var points: [DistributionPoint] = []
        while !list.isAtEnd { points.append(try DistributionPoint(&list, of: certificate.issuer)) }
        return points
    }

    /// What a certificate says, when it names only addresses of lists of its own issuer for every reason; nil when it names
    /// nothing, or something else as well.
    package static func addresses(in certificate: Certificate) throws(DERFailure) -> [String]? {
        let points = try named(in: certificate)
        guard !points.isEmpty else { return nil }
        var addresses: [String] = []
        for point in points {
            guard let names = point.names, point.reasons == nil, point.listIssuers == nil else { return nil }
            for name in names {
                guard case .uri(let text) = name else { return nil }
                addresses.append(text)
            }
        }
        return addresses
    }

    /// `SEQUENCE { distributionPoint [0], reasons [1], cRLIssuer [2] }`, each optional.
    private init(_ list: inout DERReader, of certificateIssuer: DistinguishedName) throws(DERFailure) {
        let start = list.position
        var point = try list.enter(.sequence)
        let name = try DistributionPointName.parse(&point)
        reasons = point.nextTag == .context(1) ? try ReasonFlags(&point, .context(1)) : nil
        if let element = try point.optional(.context(2, isConstructed: true)) {
            var names = point.inside(element)
            listIssuers = try GeneralName.list(&names)
        } else {
            listIssuers = nil
        }
        try point.finish()
        // RFC 5280 §4.2.1.13: "a DistributionPoint MUST NOT consist of only the reasons field".
        guard name != nil || listIssuers != nil else { throw DERFailure(.empty, at: start) }
        let base = listIssuers?.directoryNames.first ?? certificateIssuer
        names = name.flatMap { $0.names(under: base) }
    }
}

extension [GeneralName] {
    var directoryNames: [DistinguishedName] {
        compactMap { if case .directory(let name) = $0 { name } else { nil } }
    }
}
