/// An incident as a person would tell it: which path, when, how many requests, and who had the longest one.
struct IncidentSentence {
    let text: String

    /// - Parameter since: when that happened which makes it what it is.
    init(_ incident: Incident, since: UInt64, _ clock: WallClock) {
        let subject = Self.subject(incident, Self.moment(incident, since, clock))
        text = [subject, Self.stalls(incident)].joined(separator: "; ") + "."
    }

    private static func moment(_ incident: Incident, _ since: UInt64, _ clock: WallClock) -> String {
        var ns = since
        // The last answer was the last of the good times.
        if incident.kind == .pingTimeout, let answer = incident.paths.first?.lastAnswerNs { ns = answer }
        return clock.time(of: ns).map { TimeOfDay($0).seconds } ?? "\(Figures.seconds(ns)) of the trace clock"
    }

    private static func subject(_ incident: Incident, _ time: String) -> String {
        let paths = incident.paths.map { path in
            path.portal.map { "\(path.name) (portal \(host($0)))" } ?? path.name
        }
        let who = paths.count > 4 ? "\(paths.count) paths" : paths.joined(separator: " and ")
        let maps = incident.maps.joined(separator: " and ")
        if incident.beganBefore {
            return "\(who) \(paths.count == 1 ? "was" : "were") in trouble when the recording began"
        }
        switch incident.kind {
        case .noPath: return "\(maps) was left without a path, the first gone at \(time)"
        case .pingTimeout: return "\(who) stopped answering at \(time)"
        case .connection: return "\(who) lost the connection at \(time)"
        case .offline: return "\(who) was set offline at \(time)"
        case .alua: return "the port group of \(who) was in transition from \(time) on"
        case .commandTimeout: return "\(who) left commands unanswered, the first until \(time)"
        case .errorHandler: return "\(who) kept SCSI's error handler busy from \(time) on"
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
        let failed =
            incident.failed == 0 || incident.stalled == 1 ? "" : " or failed (\(Figures.count(incident.failed)))"
        let count =
            incident.stalled == 1
            ? "1 request stood still" : "\(Figures.count(incident.stalled)) requests stood still\(failed), the longest"
        let parts = phrases(longest, incident)
        let head = incident.stalled == 1 ? "\(count) for" : count
        return "\(head) \(Figures.seconds(longest.ns))" + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))")
            + "; " + ending(longest)
    }

    /// Parts of a hundredth and more, in their order.
    private static func phrases(_ stall: Incident.Stall, _ incident: Incident) -> [String] {
        stall.parts.filter { !$0.owner.isNormal && $0.ns >= stall.ns / 100 }.map { part in
            let hasRunOut = incident.timers.contains { $0.timer == "recovery_tmo" && $0.ranOut }
            let phrase =
                part.owner == .session
                ? hasRunOut ? "until recovery_tmo" : "until the session was back" : part.owner.phrase
            return "\(Figures.seconds(part.ns)) \(phrase)"
        }
    }

    private static func ending(_ stall: Incident.Stall) -> String {
        if stall.isUnfinished { return "it still did when the recording ended" }
        if let error = stall.error { return "it failed: \(error)" }
        guard let first = stall.tries.first, let last = stall.tries.last else { return "it was never sent" }
        return first == last ? "then it went on there" : "then \(last) took over"
    }
}
