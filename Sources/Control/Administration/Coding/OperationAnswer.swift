extension AdministrativeOperation {
    /// The JSON of an answer, as the API sends it.
    public static func encode(_ answer: Answer) throws(AdministrationFailure) -> [UInt8] {
        do {
            return try AdministrationJSON.encode(answer)
        } catch {
            throw AdministrationFailure(
                .unavailable, what: "the answer of \(name) cannot be written down", why: "\(error)")
        }
    }

    /// Reads an answer that `encode` made.
    public static func answer(_ body: [UInt8]) throws(AdministrationFailure) -> Answer {
        do {
            return try AdministrationJSON.decode(Answer.self, body)
        } catch {
            throw AdministrationFailure(
                .notUnderstood, what: "the answer to \(name) is not one", why: "\(error)",
                mend: "see whether both ends are of one release, and whether that is an authority's address")
        }
    }
}
