import Foundation
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonHTTPServices
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage
import SymbolonTracing

/// What a page of metrics says of the ends of this process: taken when it is asked for, from each event loop's own counts.
///
/// Labels are names that the operator gave, and words of fixed sets: never what a peer is called.
struct EndMeasures: Sendable {
    let ends: [RunningEnd]
    let keeper: TrustKeeper
    /// Nil: nothing is traced.
    let spans: SpanQueue?

    func registry() async -> MetricsRegistry {
        let registry = MetricsRegistry()
        for end in ends {
            let counters = await end.counters()
            Self.add(counters, [("role", end.role.rawValue), ("service", end.name)], to: registry)
            registry.gauge(
                "symbolon_end_trust_version", [("role", end.role.rawValue), ("service", end.name)],
                is: Double(end.trustVersion))
        }
        if let counts = spans?.counts {
            for (result, count) in [
                ("delivered", counts.delivered), ("dropped", counts.dropped), ("undelivered", counts.undelivered),
                ("refused", counts.refused),
            ] { registry.count("symbolon_trace_spans_total", [("result", result)], upTo: count) }
        }
        Self.add(await keeper.measures(at: Date()), to: registry)
        return registry
    }

    private static func add(_ counters: Counters, _ labels: [(String, String)], to registry: MetricsRegistry) {
        let name = "symbolon_end_handshakes_total"
        registry.count(name, labels + [("result", "accepted"), ("reason", "")], upTo: counters.accepted)
        for (reason, count) in counters.refusedInHandshake {
            registry.count(name, labels + [("result", "refused"), ("reason", reason)], upTo: count)
        }
        for (limit, count) in counters.limited {
            registry.count("symbolon_end_limited_total", labels + [("limit", limit)], upTo: count)
        }
        registry.gauge("symbolon_end_handshakes_in_progress", labels, is: Double(counters.handshakesInProgress))
        registry.durations(
            "symbolon_end_verification_seconds", labels, bounds: DurationCounts.bounds,
            counts: counters.verification.counts, sum: counters.verification.seconds)
        if counters.liveByRule.isEmpty {
            registry.gauge("symbolon_end_connections", labels + [("rule", "")], is: 0)
        }
        for (rule, count) in counters.liveByRule {
            registry.gauge("symbolon_end_connections", labels + [("rule", rule)], is: Double(count))
        }
        for (status, count) in counters.requests {
            registry.count("symbolon_end_requests_total", labels + [("status", status)], upTo: count)
        }
        for (reason, count) in counters.requestsRefused {
            registry.count("symbolon_end_requests_refused_total", labels + [("reason", reason)], upTo: count)
        }
        registry.gauge("symbolon_end_requests_in_progress", labels, is: Double(counters.requestsInProgress))
        registry.count("symbolon_end_unreached_total", labels, upTo: counters.backendFailures)
        registry.count("symbolon_end_bytes_total", labels + [("direction", "up")], upTo: counters.bytesUp)
        registry.count("symbolon_end_bytes_total", labels + [("direction", "down")], upTo: counters.bytesDown)
        registry.count("symbolon_end_bytes_before_proof_total", labels, upTo: counters.backendBytesBeforeProof)
    }

    private static func add(_ kept: KeeperMeasures, to registry: MetricsRegistry) {
        for (identity, left) in kept.secondsLeft {
            registry.gauge("symbolon_identity_seconds_left", [("identity", identity)], is: left)
        }
        if let policy = kept.policy {
            registry.gauge("symbolon_policy_version", is: Double(policy.policy))
            registry.gauge("symbolon_groups_version", is: Double(policy.groups))
            registry.gauge("symbolon_emergencies", is: Double(kept.emergencies))
        }
        guard let revocation = kept.revocation else { return }
        registry.gauge("symbolon_revocation_version", is: Double(revocation.version))
        registry.gauge("symbolon_revocation_age_seconds", is: revocation.age)
        if let silence = kept.silence { registry.gauge("symbolon_authority_silence_seconds", is: silence) }
    }
}

/// What a keeper says of itself to a page of metrics.
struct KeeperMeasures: Sendable {
    /// By the identity's short name.
    let secondsLeft: [String: Double]
    /// Of the authority's policy; nil: no end follows it, or none is known yet.
    let policy: PolicyNumbers?
    /// How many permissions for emergencies are in force.
    let emergencies: Int
    /// Nil: no authority of this home says who is revoked.
    let revocation: (version: UInt64, age: Double)?
    /// Nil: there is no authority to hear.
    let silence: Double?
}

extension TrustKeeper {
    func measures(at now: Date) async -> KeeperMeasures {
        var left: [String: Double] = [:]
        for held in identities.values {
            left[held.stored.name.description] = held.stored.leaf.notAfter.timeIntervalSince(now)
        }
        guard let home, home.authority != nil || home.paired != nil else {
            return KeeperMeasures(secondsLeft: left, policy: nil, emergencies: 0, revocation: nil, silence: nil)
        }
        let heard = home.paired == nil ? storeReadAt : await home.paired?.heardAt
        let silence = heard.map { max(0, now.timeIntervalSince($0)) }
        let known = knownRevocations
        return KeeperMeasures(
            secondsLeft: left, policy: followed?.held?.numbers, emergencies: emergencies(at: now).count,
            revocation: (known.epoch, silence ?? max(0, now.timeIntervalSince(known.thisUpdate))), silence: silence)
    }
}
