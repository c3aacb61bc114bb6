internal import SymbolonCertificates

/// The signed part of a filter as DER has it: each field of its type, nothing looked into.
struct FilterFields {
    struct Ribbon {
        let seed: ArraySlice<UInt8>
        let bits: Int
        let solution: ArraySlice<UInt8>
    }

    struct Numbers {
        let count: Int
        let octets: ArraySlice<UInt8>
    }

    struct Changes {
        let baseNumber: ArraySlice<UInt8>
        let seed: ArraySlice<UInt8>
        let width: Int
        let revoked: Numbers
        let good: Numbers
    }

    let format: String
    let algorithm: ArraySlice<UInt8>
    let issuerKey: ArraySlice<UInt8>
    let number: ArraySlice<UInt8>
    let thisUpdate: CertificateTime
    let nextUpdate: CertificateTime
    let covers: CertificateTime
    let approximate: Ribbon
    let exact: Ribbon
    let changes: Changes?

    init(_ tbs: DERReader) throws(DERFailure) {
        var reader = tbs
        format = try reader.ia5Text(.utf8String)
        algorithm = reader.slice(try reader.next(.sequence).encoding)
        issuerKey = reader.slice(try reader.next(.octetString).contents)
        number = try reader.integer()
        thisUpdate = try reader.time()
        nextUpdate = try reader.time()
        covers = try reader.time()
        var segment = try reader.enter(.sequence)
        approximate = try Ribbon(&segment)
        exact = try Ribbon(&segment)
        try segment.finish()
        let tagged = try reader.optional(.context(0, isConstructed: true))
        try reader.finish()
        changes = try tagged.map { element throws(DERFailure) in try Changes(reader.inside(element)) }
    }
}

extension FilterFields.Ribbon {
    fileprivate init(_ reader: inout DERReader) throws(DERFailure) {
        var ribbon = try reader.enter(.sequence)
        seed = ribbon.slice(try ribbon.next(.octetString).contents)
        bits = try ribbon.smallInteger()
        solution = ribbon.slice(try ribbon.next(.octetString).contents)
        try ribbon.finish()
    }
}

extension FilterFields.Changes {
    fileprivate init(_ changes: DERReader) throws(DERFailure) {
        var reader = changes
        baseNumber = try reader.integer()
        seed = reader.slice(try reader.next(.octetString).contents)
        width = try reader.smallInteger()
        revoked = try FilterFields.Numbers(&reader)
        good = try FilterFields.Numbers(&reader)
        try reader.finish()
    }
}

extension FilterFields.Numbers {
    fileprivate init(_ reader: inout DERReader) throws(DERFailure) {
        var numbers = try reader.enter(.sequence)
        count = try numbers.smallInteger()
        octets = numbers.slice(try numbers.next(.octetString).contents)
        try numbers.finish()
    }
}
