import SwiftASN1

/// RFC 5280 §4.1.1.2: an algorithm and its parameters, which may be absent.
struct AlgorithmIdentifier {
    let algorithm: ASN1ObjectIdentifier
    let parameters: ASN1Node?

    init(_ node: ASN1Node, as structure: String) throws(KeyFailure) {
        var fields = try DERSequence(node, as: structure)
        let identifier = try fields.take(.objectIdentifier, "algorithm")
        guard let algorithm = try? ASN1ObjectIdentifier(derEncoded: identifier) else {
            throw .malformed(structure: structure, field: "algorithm")
        }
        self.algorithm = algorithm
        parameters = fields.takeAny()
        try fields.end()
    }

    func requireNoParameters() throws(KeyFailure) {
        guard parameters == nil else { throw .unexpectedParameters(algorithm: algorithm.description) }
    }

    func requireNullParameters() throws(KeyFailure) {
        guard let parameters, parameters.isNull else {
            throw .unexpectedParameters(algorithm: algorithm.description)
        }
    }

    func requireNullOrNoParameters() throws(KeyFailure) {
        if parameters != nil { try requireNullParameters() }
    }
}

extension ASN1Node {
    var isNull: Bool { Array(encodedBytes) == [0x05, 0x00] }
}
