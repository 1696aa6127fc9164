import TraceFormat

/// Incidents for reading: in a sentence, then as a table on one clock, then timers, requests and owners. In 80 columns and more.
public struct FailoverText {
    private let summary: FailoverSummary
    private let style: Style

    private static let stallsShown = 10
    /// Of the 80 columns that there are at least, and of up to as many more.
    private var barWidth: Int { 16 + min(max(style.columns - 80, 0), 24) }

    /// - Parameters:
    ///   - summary: what is shown.
    ///   - style: how the output can look.
    public init(_ summary: FailoverSummary, style: Style) { (self.summary, self.style) = (summary, style) }

    /// All incidents, or one, with a line feed at the end.
    ///
    /// - Parameter id: the number of the one that is shown; nil for all.
    public func render(only id: Int? = nil) -> String {
        let shown = summary.incidents.filter { id == nil || $0.id == id }.map { sections($0).joined(separator: "\n\n") }
        let rest = notes().joined(separator: "\n")
        let parts = (shown.isEmpty ? [] : [shown.joined(separator: "\n\n\n")]) + (rest.isEmpty ? [] : [rest])
        return style.shown(parts.joined(separator: "\n\n") + "\n")
    }

    /// What a report says: a sentence each.
    ///
    /// - Parameter told: whether the report has said all of them already.
    func section(told: Bool) -> String {
        if summary.incidents.isEmpty { return notes().joined(separator: "\n") }
        let head =
            style.bold("failover")
            + ": \(Figures.plural(summary.incidents.count, "incident")); dmflow failover shows each on one clock"
        let areOfOne = Set(summary.incidents.map(\.source)).count == 1
        let untold = told ? summary.incidents.filter { !$0.remarks.isEmpty } : summary.incidents
        let incidents = untold.map { incident in
            let label = areOfOne ? "  \(incident.id)  " : "  \(incident.id) of \(printable(incident.source))  "
            let remarks = incident.remarks.map { " (\(printable($0)))" }.joined()
            return style.broken(printable(incident.sentence) + remarks, first: label, hanging: 5)
        }
        return ([head] + incidents + notes()).joined(separator: "\n")
    }

    /// What there is to say besides incidents, or of their absence.
    private func notes() -> [String] {
        let none =
            summary.incidents.isEmpty
            ? [style.bold("failover") + ": no incident in \(Figures.seconds(summary.lookedAtNs))"] : []
        return none + asides()
    }

    /// What there is to say beside incidents.
    func asides() -> [String] {
        let stray =
            summary.strayStalls == 0
            ? nil
            : "\(Figures.plural(summary.strayStalls, "request")) stood still with nothing else the matter, "
                + "\(summary.strayStalls == 1 ? "" : "the longest ")\(Figures.duration(summary.longestStrayNs))"
        let unplaced =
            summary.unplaced == 0
            ? nil
            : style.warning("NOT TOLD: ")
                + "\(Figures.plural(summary.unplaced, "failure")) of sessions that no path is known of"
        let further =
            summary.further == 0
            ? nil : style.warning("NOT KEPT: ") + Figures.plural(summary.further, "sign") + " of further incidents"
        return [stray, unplaced, further].compactMap(\.self)
    }

    private func remarks(_ incident: Incident) -> [String] { incident.remarks.map { printable($0) } }

    // MARK: One incident

    private func sections(_ incident: Incident) -> [String] {
        let timeline = IncidentTimeline(incident, style: style)
        var sections = [head(incident), timeline.table()]
        sections += [timers(incident), owners(incident), stalls(incident), timeline.throughput()].compactMap(\.self)
        return sections
    }

    private func head(_ incident: Incident) -> String {
        let names =
            incident.maps.count > 4 ? "\(incident.maps.count) maps" : incident.maps.joined(separator: ", ")
        let title = "incident \(incident.id)"
        let what = ": \(incident.kind.rawValue)" + (names.isEmpty ? "" : " on \(printable(names))")
        var lines = [style.bold(title) + style.broken(title + what, hanging: 4).dropFirst(title.count)]
        let when = incident.startTimeNs.map { TimeOfDay($0).full + "; " } ?? ""
        lines.append(
            "  \(when)\(Figures.exactSeconds(incident.startNs)) of the trace clock; \(incident.goesOn ? "seen for" : "it lasted") "
                + Figures.duration(incident.endNs - incident.startNs))
        lines.append("")
        lines.append(style.broken(printable(incident.sentence), indent: 2, hanging: 2))
        lines += remarks(incident).map { style.broken("- \($0)", indent: 2, hanging: 4) }
        lines += incident.advice.map { style.broken("- \($0.text)", indent: 2, hanging: 4) }
        return lines.joined(separator: "\n")
    }

    // MARK: Timers

    private func timers(_ incident: Incident) -> String? {
        if incident.timers.isEmpty { return nil }
        let head = "  " + pad("timer", 18) + pad("path", 8) + padLeft("set to", 9) + padLeft("ran", 11) + "  then"
        var told: Set<String> = []
        let lines = incident.timers.map { timer in
            let set = timer.predictedNs.map { Figures.seconds($0) } ?? "?"
            let then = timer.ranOut ? "it was over" : "something else ended it"
            return "  " + pad(timer.timer, 18) + pad(Self.cut(printable(timer.path), 7), 8) + padLeft(set, 9)
                + padLeft(Figures.duration(timer.observedNs), 11) + "  \(then)"
                + (timer.note.flatMap {
                    told.insert($0).inserted
                        ? "\n" + style.broken(printable($0), indent: 6, hanging: 6, style.dim) : nil
                } ?? "")
        }
        return ([style.bold("timers, predicted by the settings in force, and observed"), style.dim(head)] + lines)
            .joined(separator: "\n")
    }

    // MARK: Requests

    private func owners(_ incident: Incident) -> String? {
        guard let longest = incident.stalls.first else { return nil }
        let head =
            "  " + pad("owner", 20) + padLeft("longest", 11) + "  " + pad("", barWidth) + padLeft("all", 11)
            + padLeft("requests", 10)
        let lines = incident.owners.map { owner in
            let share = longest.ns == 0 ? 0 : Double(owner.longestNs) / Double(longest.ns)
            let bar = style.layer(owner.owner.layer, style.bar(share, of: barWidth, padded: true))
            return "  " + style.layer(owner.owner.layer, pad(owner.owner.rawValue, 20))
                + padLeft(Figures.duration(owner.longestNs), 11) + "  " + bar
                + padLeft(Figures.duration(owner.sumNs), 11)
                + padLeft(Figures.count(owner.requests), 10)
        }
        let all = incident.owners.reduce(0 as UInt64) { $0.addingSaturated($1.sumNs) }
        let sum =
            "  " + pad("together", 20) + padLeft(Figures.duration(longest.ns), 11)
            + String(repeating: " ", count: barWidth + 2) + padLeft(Figures.duration(all), 11)
            + padLeft(Figures.count(incident.stalled), 10)
        let title = "who owned the time of the longest request that stood still, and of all"
        return ([style.bold(title), style.dim(head)] + lines + [sum]).joined(separator: "\n")
    }

    private func stalls(_ incident: Incident) -> String? {
        if incident.stalls.isEmpty { return nil }
        var lines = [
            style.bold("requests that stood still") + ": \(Figures.count(incident.stalled))"
                + (incident.failed > 0 ? ", \(Figures.count(incident.failed)) failed" : "")
                + (incident.unfinished > 0
                    ? ", \(Figures.count(incident.unfinished)) did when the recording ended" : ""),
            style.dim(
                "  " + padLeft("request", 8) + padLeft("began", 10) + padLeft("stood still", 13)
                    + "  paths, and who had it"),
        ]
        for stall in incident.stalls.prefix(Self.stallsShown) {
            let began = Figures.offset(stall.startNs, from: incident.startNs)
            let tries = Self.runs(stall.tries).map { printable($0) }.joined(separator: " > ")
            let parts = stall.parts.filter { !$0.owner.isNormal && $0.ns >= stall.ns / 100 }
                .map { "\($0.owner.rawValue) \(Figures.seconds($0.ns))" }
            let ending = stall.isUnfinished ? ["..."] : stall.error.map { ["failed: \(printable($0))"] } ?? []
            let head =
                "  " + padLeft("\(stall.id)", 8) + padLeft(began, 10) + padLeft(Figures.duration(stall.ns), 13) + "  "
            lines.append(
                style.broken(
                    ([tries.isEmpty ? "not sent" : tries] + parts + ending).joined(separator: ", "), first: head,
                    hanging: head.count))
        }
        if incident.stalled > Self.stallsShown {
            lines.append(
                style.dim(
                    "  the \(min(Self.stallsShown, incident.stalls.count)) longest; dmflow requests --incident \(incident.id) lists those that ended"
                ))
        }
        return lines.joined(separator: "\n")
    }

    /// `sda, sda, sdb` as `sda*2`, `sdb`.
    private static func runs(_ tries: [String]) -> [String] {
        var runs: [(String, Int)] = []
        for one in tries {
            if let last = runs.last, last.0 == one { runs[runs.count - 1].1 += 1 } else { runs.append((one, 1)) }
        }
        return runs.map { $1 == 1 ? $0 : "\($0)*\($1)" }
    }

    // MARK: Lines

    /// Longer names are cut in tables.
    private static func cut(_ name: String, _ width: Int) -> String {
        name.count > width ? name.prefix(width - 1) + "~" : name
    }
}
