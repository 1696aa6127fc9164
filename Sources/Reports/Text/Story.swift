import TraceFormat

/// A report in a few sentences, for who reads no more: what flowed, how long it took, who owned the time, what stood still, and what is
/// in doubt.
///
/// The latency of requests and the time in functions are different things: of a trace with requests it tells of those, of others it
/// says that it is function time.
struct Story {
    let report: Report
    /// How many captures it is of.
    let captures: Int
    /// Of how many machines.
    let hosts: Int

    /// Incidents that are told here; the others are counted.
    static let incidentsTold = 3
    /// Roots and maps that are named.
    private static let named = 3

    var sentences: [String] {
        [flowed].compactMap(\.self) + incidents + times + [caveat, doubtful].compactMap(\.self)
    }

    // MARK: What flowed

    var flowed: String? {
        let calls = report.counts.calls
        guard let requests = report.requests else { return calls > 0 ? callsFlowed + place + "." : nothing }
        if requests.seen == 0 && calls == 0 { return nothing }
        let besides = calls > 0 ? "; \(Figures.plural(calls, "complete call")) besides" : ""
        if requests.seen == 0 { return "No request to a multipath device was seen\(besides)\(place)." }
        let followed =
            requests.joined == requests.seen
            ? ""
            : ", of which \(requests.joined == 0 ? "none" : Figures.count(requests.joined)) can be followed to the end\(cutOff)"
        return "\(Figures.plural(requests.seen, "request")) to \(maps)\(place)\(followed)\(besides)."
    }

    /// How many requests the recording has only one end of, which is no fault.
    private var cutOff: String {
        let count = report.requests?.cutOff ?? 0
        return count > 0
            ? " (\(Figures.count(count)) \(count == 1 ? "was" : "were") in flight when the recording began or ended)"
            : ""
    }

    private var nothing: String {
        report.counts.comments > 0
            ? "\(Figures.plural(report.counts.comments, "event"))\(place), but no complete call and no request of a multipath device: there are no times to tell."
            : "No complete call and no request of a multipath device\(place): there are no times to tell."
    }

    private var callsFlowed: String {
        let roots = report.roots.filter { !$0.fragment }
        let calls = Figures.plural(report.counts.calls, "complete call")
        guard !roots.isEmpty else { return "\(calls), none of which is a whole tree's root" }
        let names = roots.prefix(Self.named).map { root in
            "\(Figures.count(root.calls)) of \(root.function)"
        }
        let others = roots.count - names.count
        return "\(calls), below " + Self.list(names + (others > 0 ? [Figures.plural(others, "other root")] : []))
    }

    private var maps: String {
        let names = Set((report.paths ?? []).compactMap(\.map)).sorted()
        if names.isEmpty { return "multipath devices" }
        return names.count > Self.named ? "\(names.count) maps" : Self.list(names)
    }

    /// Over what time, and in how many captures.
    private var place: String {
        let time = report.source.recording?.durationNs.map { " in \(Figures.duration($0)) of recording" } ?? ""
        if captures < 2 { return time }
        return " in \(captures) captures" + (hosts > 1 ? " of \(hosts) hosts" : "")
    }

    private static func list(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    // MARK: How long, and whose

    var times: [String] {
        if let requests = report.requests, requests.joined > 0 { return requests.findings }
        let roots = report.roots.filter { !$0.fragment && $0.askedFor != false }.prefix(2)
        return roots.map(duration) + [owner].compactMap(\.self)
    }

    private func duration(_ root: Report.Root) -> String {
        let latency = root.latency
        let kind =
            root.function == report.roots.first?.function ? ", in the function: that is not the latency of I/O" : ""
        if root.calls == 1 { return "The call of \(root.function) took \(Figures.duration(latency.sumNs))\(kind)." }
        let tail =
            root.calls < 100
            ? "the longest \(Figures.duration(latency.maxNs))"
            : "one in a hundred \(Figures.duration(latency.p99Ns)) or more"
        return
            "Half of \(Figures.plural(root.calls, "call")) of \(root.function) took \(Figures.duration(latency.p50Ns)) or less, "
            + tail + kind + "."
    }

    private var owner: String? {
        let whole = report.layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        // Calls without a duration, or without what they called, have time that is in no layer.
        let isWhole = report.source.notes.isEmpty && report.roots.allSatisfy { $0.hollowCalls == 0 }
        guard isWhole, let most = report.layers.first, most.selfNs > 0 else { return nil }
        return
            "Of all time inside functions the layer \(most.layer) has most: \(Figures.share(most.selfNs, of: whole))."
    }

    // MARK: What stood still

    /// Those that are told: where requests stood still the longest.
    var told: [Incident] {
        let all = report.failover?.incidents ?? []
        let worst = all.sorted { Self.longest($0) > Self.longest($1) }.prefix(Self.incidentsTold)
        return all.filter { one in worst.contains { $0.source == one.source && $0.id == one.id } }
    }

    private static func longest(_ incident: Incident) -> UInt64 { incident.stalls.first?.ns ?? 0 }

    private var incidents: [String] { told.map(sentence) + [furtherIncidents].compactMap(\.self) }

    func sentence(_ incident: Incident) -> String {
        let place = captures > 1 ? " of \(printable(incident.source))" : ""
        return "Incident \(incident.id)\(place): \(printable(incident.sentence))"
    }

    /// That there are more than are told; nil if not.
    var furtherIncidents: String? {
        let others = (report.failover?.incidents.count ?? 0) - told.count
        return others > 0 ? "\(Figures.plural(others, "further incident")), with shorter stalls." : nil
    }

    // MARK: What is in doubt

    /// That calls were lost stands above in words that are louder. That nothing is in doubt is said where it is so.
    private var doubtful: String? {
        if !report.doubts.isEmpty { return "In doubt: " + report.doubts.joined(separator: "; ") + "." }
        return isSure ? "Nothing was lost, and nothing is in doubt." : nil
    }

    /// Of a trace that does not tell requests by their addresses.
    var caveat: String? {
        guard let requests = report.requests, requests.joined > 0, requests.by != "pointer" else { return nil }
        return "Requests are joined by device and sector, as far as that goes."
    }

    /// Whether nothing was lost, and nothing is in doubt.
    var isSure: Bool {
        let areFollowed = report.requests.map { $0.joined == $0.seen } ?? true
        return !report.isInDoubt && areFollowed && caveat == nil && report.source.notes.isEmpty
            && report.roots.allSatisfy { !$0.fragment } && report.counts.records > 0
    }
}
