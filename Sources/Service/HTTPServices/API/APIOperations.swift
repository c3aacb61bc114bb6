public import SymbolonAdministration
internal import SymbolonEnrollment

/// All that can be asked over the API, as docs/OpenAPI.yaml describes it.
public enum APIOperations {
    public static let all: [any AdministrativeOperation.Type] =
        AdministrationOperations.all + ACMEOperations.all + RenewalOperations.all
        + [
            MakeInvitation.self, ListInvitations.self, CancelInvitation.self, ListFederations.self,
            BeginFederation.self, EndFederation.self,
        ]
}
