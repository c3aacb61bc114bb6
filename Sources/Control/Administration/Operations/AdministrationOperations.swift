/// The operations that every authority has.
public enum AdministrationOperations {
    public static let all: [any AdministrativeOperation.Type] = [
        ShowAuthority.self, PermitNames.self,
        ListCertificates.self, IssueCertificate.self, ShowCertificate.self,
        RevokeCertificates.self, ReleaseCertificate.self, NoteExport.self,
        ListAuditEntries.self, ShowAuditHead.self, VerifyAudit.self,
        ListOperators.self, PutOperator.self, RemoveOperator.self, ShowSelf.self,
        FindEndpoint.self, PublishEndpoint.self, WithdrawEndpoint.self, ListEnds.self,
    ]
}
