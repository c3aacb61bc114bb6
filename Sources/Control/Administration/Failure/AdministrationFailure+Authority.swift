public import SymbolonAuthority
internal import SymbolonCertificates

extension AdministrationFailure {
    public init(_ failure: IssuanceFailure) {
        let kind: Kind
        switch failure {
        case .store(let store): kind = Self.kind(store)
        case .halted, .serialNumbersRepeat, .signing, .signatureInvalid, .signedBytesDiffer, .clockBeforeIssuer,
            .clockBeforeRecord:
            kind = .unavailable
        default: kind = .refused
        }
        self.init(kind, what: "no certificate was issued", why: failure.explanation, mend: failure.remedy)
    }

    public init(_ failure: RequestFailure) {
        let mend =
            switch failure {
            case .certificate: "make the request again, with the key that the certificate is for"
            default: "name what the certificate shall carry beside the request, and leave the rest out of the request"
            }
        self.init(.refused, what: "the request is refused", why: failure.explanation, mend: mend)
    }

    public init(_ failure: RevocationFailure) {
        let kind: Kind
        let mend: String?
        switch failure {
        case .unknownSerial, .unknownIdentity:
            (kind, mend) = (.notFound, "see what there is: symbolon identity list --all")
        case .notOnHold: (kind, mend) = (.conflict, "see how it stands: symbolon identity list --all")
        case .store(let store): (kind, mend) = (Self.kind(store), nil)
        }
        let isRelease = if case .notOnHold = failure { true } else { false }
        self.init(
            kind, what: isRelease ? "nothing was released" : "nothing was revoked", why: failure.explanation, mend: mend
        )
    }

    public init(_ failure: StoreFailure) {
        self.init(
            Self.kind(failure), what: "the store cannot be used", why: failure.explanation, mend: Self.mend(failure))
    }

    private static func kind(_ failure: StoreFailure) -> Kind {
        switch failure {
        case .unknownSerial: .notFound
        case .alreadyCreated, .serialTaken, .conflict, .overtaken, .forbidden: .conflict
        case .audit, .full, .readOnly, .busy, .damaged, .foreign, .newerSchema, .unavailable, .outcomeUnknown:
            .unavailable
        }
    }

    private static func mend(_ failure: StoreFailure) -> String? {
        switch failure {
        case .full: "free space on the store's volume, then try again: nothing was half written"
        case .readOnly: "make the store writable for the authority's user"
        case .busy: "try again; if it stays, find the process that holds the store"
        case .newerSchema: "use the later release that wrote it"
        case .damaged: "restore it from a backup; until then nothing is issued"
        default: nil
        }
    }
}
