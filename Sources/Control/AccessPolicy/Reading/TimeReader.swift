import Foundation
import SymbolonWire

/// A time as policies write it: `{days: mon-fri, hours: 08:00-18:00, zone: Europe/Berlin}`, `{until: 2026-12-01T00:00:00Z}`.
extension NodeReader {
    func windows(_ node: PolicyNode, _ what: String) -> [TimeWindow] {
        guard case .list(let nodes) = node.value else { return window(node, what).map { [$0] } ?? [] }
        if nodes.isEmpty { fault(node, "\(what): the list is empty; leave the line out, or write when") }
        return nodes.compactMap { window($0, what) }
    }

    private func window(_ node: PolicyNode, _ what: String) -> TimeWindow? {
        let before = faults.count
        let fields = fields(node, what, known: ["days", "hours", "zone", "from", "until"])
        var days = Set(TimeWindow.Weekday.allCases)
        if let node = fields["days"] {
            days = texts(node, "\(what).days").reduce(into: []) { days, text in
                do throws(PolicyFault) { days.formUnion(try Self.days(text.0)) } catch {
                    fault(text.1, "\(what).days: \(error.message)")
                }
            }
        }
        let hours = fields["hours"].flatMap { value($0, "\(what).hours", Self.hours) }
        let zone = fields["zone"].flatMap { value($0, "\(what).zone", Self.zone) }
        let from = fields["from"].flatMap { value($0, "\(what).from", Self.moment) }
        let until = fields["until"].flatMap { value($0, "\(what).until", Self.moment) }
        if fields.isEmpty, faults.count == before {
            fault(node, "\(what): it says nothing; write days, hours, from or until")
        }
        if let from, let until, from >= until { fault(fields["until"], "\(what).until: it is not after from") }
        if zone != nil, fields["days"] == nil, hours == nil {
            fault(fields["zone"], "\(what).zone: a zone is for days and hours; from and until say their own")
        }
        guard faults.count == before else { return nil }
        return TimeWindow(days: days, hours: hours, zone: zone ?? .gmt, from: from, until: until)
    }

    /// `mon`, or `mon-fri`; a stretch may go over the week's end.
    private static func days(_ text: String) throws(PolicyFault) -> Set<TimeWindow.Weekday> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
            TimeWindow.Weekday.words.firstIndex(of: String($0))
        }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else {
            throw PolicyFault("write mon, tue, wed, thu, fri, sat or sun, or a stretch such as mon-fri")
        }
        let length = (last - first + 7) % 7
        return Set((0...length).compactMap { TimeWindow.Weekday(rawValue: (first + $0) % 7) })
    }

    private static func hours(_ text: String) throws(PolicyFault) -> TimeWindow.Hours {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(minutes)
        guard ends.count == 2, let start = ends[0], let end = ends[1],
            let hours = TimeWindow.Hours(from: start, to: end)
        else { throw PolicyFault("write two times of a day that differ: 08:00-18:00, or 22:00-06:00 past midnight") }
        return hours
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return hour * 60 + minute
    }

    private static func zone(_ text: String) throws(PolicyFault) -> TimeZone {
        guard let zone = TimeZone(identifier: text) else {
            throw PolicyFault("the zone is not known; write a name such as UTC or Europe/Berlin")
        }
        return zone
    }

    static func moment(_ text: String) throws(PolicyFault) -> Date {
        do throws(RFC3339.Unreadable) {
            return try RFC3339.parse(text)
        } catch {
            throw PolicyFault("write a time of RFC 3339, such as 2026-06-01T12:00:00Z")
        }
    }
}
