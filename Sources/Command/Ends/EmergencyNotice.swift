import Foundation
import SymbolonAccessPolicy
import SymbolonNames

/// What is permitted for an emergency, as lines tell it.
struct EmergencyNotice: Sendable, Encodable, Equatable {
    enum Change: String, Sendable, Encodable {
        /// It waits for a second word.
        case asked
        case began, ended
    }

    let number: Int64
    let peers: [String]
    let services: [String]
    let reason: String
    let until: Date?
    let askedBy: String
    let approvedBy: String?

    /// Peers to services, why, until when.
    var text: String {
        "\(peers.joined(separator: ", ")) to \(services.joined(separator: ", "))"
            + (until.map { " until \(Moment.text($0))" } ?? "")
    }
}

extension EmergencyNotice {
    init(_ permission: EmergencyPermission) {
        self.init(
            number: permission.number, peers: permission.subjects.map(\.description), services: permission.services,
            reason: permission.reason, until: permission.until, askedBy: permission.askedBy,
            approvedBy: permission.approvedBy)
    }
}

extension EndNotice {
    static func emergency(_ change: EmergencyNotice.Change, _ permission: EmergencyPermission) -> EndNotice {
        .emergency(change, EmergencyNotice(permission))
    }
}

extension EndLine {
    init(_ change: EmergencyNotice.Change, _ notice: EmergencyNotice) {
        let mend =
            switch change {
            case .asked: "a second word: symbolon policy emergency approve \(notice.number)"
            case .began: "end it when it is over: symbolon policy emergency end \(notice.number)"
            case .ended: nil as String?
            }
        self.init(
            mark: change == .ended ? .neutral : .warning, service: "", event: "emergency",
            what:
                "\(notice.number) \(change == .asked ? "is asked for" : change == .began ? "is in force" : "has ended"): "
                + notice.text,
            why: "\(notice.reason); asked by \(notice.askedBy)"
                + (notice.approvedBy.map { ", approved by \($0)" } ?? ""), mend: mend)
    }
}
