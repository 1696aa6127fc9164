/// An incident as a person would tell it: which path, when, how many requests, and who had the longest one.
struct IncidentSentence {
    let text: String

    /// - Parameters:
    ///   - paths: that made it what it is.
    ///   - maps: of these.
    ///   - since: when that happened.
    ///   - isExact: whether the last answer was seen.
    init(
        _ incident: Incident, paths: [Incident.Path], maps: [String], since: UInt64, isExact: Bool, _ clock: WallClock
    ) {
        let subject = Self.subject(incident, paths, maps, Self.moment(since, clock), isExact: isExact)
        text = [subject, Self.stalls(incident)].joined(separator: "; ") + "."
    }

    private static func moment(_ ns: UInt64, _ clock: WallClock) -> String {
        clock.time(of: ns).map { TimeOfDay($0).seconds } ?? "\(Figures.seconds(ns)) of the trace clock"
    }

    private static func subject(
        _ incident: Incident, _ paths: [Incident.Path], _ maps: [String], _ time: String, isExact: Bool
    ) -> String {
        let paths = paths.map { path in
            path.portal.map { "\(path.name) (portal \(host($0)))" } ?? path.name
        }
        let who = paths.count > 4 ? "\(paths.count) paths" : paths.joined(separator: " and ")
        let maps = maps.count > 4 ? "\(maps.count) maps" : maps.joined(separator: " and ")
        if incident.beganBefore {
            return "\(who) \(paths.count == 1 ? "was" : "were") in trouble when the recording began"
        }
        switch incident.kind {
        case .noPath: return "\(maps) was left without a path, the first gone at \(time)"
        case .pingTimeout: return "\(who) stopped answering \(isExact ? "at" : "by") \(time)"
        case .connection: return "\(who) lost the connection at \(time)"
        case .offline: return "\(who) was set offline at \(time)"
        case .alua: return "the port group of \(who) was in transition from \(time) on"
        case .commandTimeout: return "\(who) left commands unanswered, the first until \(time)"
        case .errorHandler: return "\(who) kept SCSI's error handler busy from \(time) on"
        case .daemon: return "multipathd failed \(who) at \(time)"
        case .pathFailed: return "I/O on \(who) failed at \(time)"
        case .pathGroup: return "initialising a path group with \(who) took long or failed, until \(time)"
        }
    }

    /// Without the port that nearly all have.
    private static func host(_ portal: String) -> String {
        portal.hasSuffix(":3260") ? String(portal.dropLast(":3260".count)) : portal
    }

    private static func stalls(_ incident: Incident) -> String {
        guard let longest = incident.stalls.first else { return "no request stood still" }
        let parts = phrases(longest, incident)
        return "\(head(incident, isMostlyNormal(longest))) \(Figures.seconds(longest.ns))"
            + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))") + "; " + ending(longest, of: incident)
    }

    /// How many, up to the longest one's time. Those that failed come first: they are what an application saw.
    private static func head(_ incident: Incident, _ isMostlyNormal: Bool) -> String {
        if incident.stalled == 1 {
            return isMostlyNormal ? "1 request was held up and took" : "1 request stood still for"
        }
        let longest = isMostlyNormal ? "the longest took" : "the longest"
        let others = incident.stalled - incident.failed
        let stood = isMostlyNormal ? "\(others == 1 ? "was" : "were") held up" : "stood still"
        guard incident.failed > 0 else { return "\(Figures.count(others)) requests \(stood), \(longest)" }
        let failed = Figures.plural(incident.failed, "request") + " failed"
        return others > 0
            ? "\(failed) and \(Figures.count(others)) \(stood), \(longest)" : "\(failed), the longest after"
    }

    /// Parts of a hundredth and more.
    private static func told(_ stall: Incident.Stall) -> [Incident.Part] {
        stall.parts.filter { $0.ns >= stall.ns / 100 }
    }

    /// Whether a request was on its normal way for most of its time.
    private static func isMostlyNormal(_ stall: Incident.Stall) -> Bool {
        told(stall).filter { !$0.owner.isNormal }.reduce(0) { $0.addingSaturated($1.ns) } < stall.ns / 2
    }

    /// In their order. The normal way is one of them only where it has most: without it the others would look like the whole.
    private static func phrases(_ stall: Incident.Stall, _ incident: Incident) -> [String] {
        let isMostlyNormal = isMostlyNormal(stall)
        return told(stall).filter { isMostlyNormal || !$0.owner.isNormal }.map { part in
            let end = stall.startNs.addingSaturated(stall.ns)
            let hasRunOut = incident.timers.contains {
                $0.timer == "recovery_tmo" && $0.ranOut && stall.tries.contains($0.path)
                    && $0.atNs > stall.startNs && $0.atNs <= end
            }
            let phrase =
                part.owner == .session
                ? hasRunOut ? "until recovery_tmo" : "until the session was back" : part.owner.phrase
            return "\(Figures.seconds(part.ns)) \(phrase)"
        }
    }

    /// That one's, which is all requests' only where none failed.
    private static func ending(_ stall: Incident.Stall, of incident: Incident) -> String {
        if stall.isUnfinished { return "it still did when the recording ended" }
        if let error = stall.error { return "it failed: \(error)" }
        guard let first = stall.tries.first, let last = stall.tries.last else { return "it was never sent" }
        if incident.failed > 0 { return "that one went through on \(last)" }
        return first == last ? "then it went through on \(last)" : "then \(last) took over"
    }
}
