/// The operations that every authority has.
public enum AdministrationOperations {
    public static let all: [any AdministrativeOperation.Type] = [
        ShowAuthority.self, PermitNames.self,
        ListIssuers.self, ShowIssuer.self, PrepareIssuer.self, ActivateIssuer.self, RetireIssuer.self,
        ReplaceIssuer.self,
        FinishReplacement.self, PublishRootLists.self,
        ListCertificates.self, IssueCertificate.self, ShowCertificate.self,
        RevokeCertificates.self, ReleaseCertificate.self, NoteExport.self,
        ListAuditEntries.self, ShowAuditHead.self, VerifyAudit.self,
        ListOperators.self, PutOperator.self, RemoveOperator.self, ShowSelf.self,
        FindEndpoint.self, PublishEndpoint.self, WithdrawEndpoint.self, ListEnds.self,
        PublishPolicy.self, ListPolicyVersions.self, ShowPolicyVersion.self, ShowPolicyInForce.self,
        ListGroups.self, ShowGroup.self, ChangeGroup.self,
        AskEmergency.self, ApproveEmergency.self, EndEmergency.self, ListEmergencies.self,
        ReportPosture.self, WithdrawPosture.self, ListPosture.self,
        PermitReporter.self, ListReporters.self, RemoveReporter.self,
        ScheduleRevocation.self, ListScheduledRevocations.self, CancelScheduledRevocation.self,
    ]
}
