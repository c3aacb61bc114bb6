import Foundation
import SymbolonAccessPolicy

/// What is permitted for emergencies at the ends of this process: told when it begins and when it ends. That it ends is the
/// rule's own doing, on each event loop; here it is only said.
extension TrustKeeper {
    /// In force now, by the policy that is followed.
    func emergencies(at now: Date) -> [EmergencyPermission] {
        (followed?.held?.statement.emergencies ?? []).filter { !$0.isOver(at: now) }
    }

    /// Tells what has begun and what has ended since it was looked at last.
    func lookAtEmergencies() {
        guard followed != nil else { return }
        let now = emergencies(at: Date())
        for one in now where !toldEmergencies.contains(one) { report.tell(.emergency(.began, one)) }
        for one in toldEmergencies where !now.contains(one) { report.tell(.emergency(.ended, one)) }
        toldEmergencies = now
    }
}
