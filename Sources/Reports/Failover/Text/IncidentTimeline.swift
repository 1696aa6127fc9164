import TraceFormat

/// An incident's events below each other, with the paths' states drawn beside them as lanes, and throughput above a time axis.
struct IncidentTimeline {
    private let incident: Incident
    private let style: Style
    /// The paths that have lanes.
    private let lanes: [String]

    private static let maxLanes = 6
    /// Without anything for longer, a line says so.
    private static let gapNs: UInt64 = 1_000_000_000
    private static let chartWidth = 60

    init(_ incident: Incident, style: Style) {
        (self.incident, self.style) = (incident, style)
        lanes = incident.paths.prefix(Self.maxLanes).map(\.name)
    }

    // MARK: Table

    func table() -> String {
        let laneHead = lanes.map { pad(printable($0), Self.laneWidth($0)) }.joined()
        var lines = [
            style.bold("what happened, when") + style.dim(legend()),
            style.dim("  " + laneHead + padLeft("time", 10) + "  " + pad("layer", 11) + "what"),
        ]
        var states = [Incident.PathState](repeating: .used, count: lanes.count)
        var last: UInt64?
        for event in incident.events {
            if let last, event.atNs > last, event.atNs - last >= Self.gapNs {
                lines.append(
                    "  " + drawn(states) + style.dim(padLeft("...", 10) + "  \(Figures.seconds(event.atNs - last))"))
            }
            last = max(last ?? 0, event.untilNs)
            if let state = event.state, let lane = lanes.firstIndex(where: { $0 == event.path }) {
                // Where dm does not use it, that goes on whatever else is well again.
                if !(state != .used && states[lane] == .failed) { states[lane] = state }
            }
            lines.append(row(event, states))
        }
        if incident.furtherEvents > 0 {
            lines.append("  \(Figures.plural(incident.furtherEvents, "further event")) not kept")
        }
        if incident.paths.count > lanes.count {
            lines.append(style.dim("  \(incident.paths.count - lanes.count) further paths are not drawn"))
        }
        if incident.events.contains(where: { $0.isLogged == false }) {
            lines.append(style.dim("  * the kernel logs nothing of it"))
        }
        return lines.joined(separator: "\n")
    }

    private func legend() -> String { "; a path is | in use, : away, x failed by dm" }

    private static func laneWidth(_ name: String) -> Int { max(name.count, 3) + 1 }

    private func drawn(_ states: [Incident.PathState]) -> String {
        zip(lanes, states).map { name, state in
            let mark = pad(Self.mark(state), Self.laneWidth(name))
            return state == .used || state == .back ? mark : style.warning(mark)
        }.joined()
    }

    private static func mark(_ state: Incident.PathState) -> String {
        switch state {
        case .away: ":"
        case .back, .used: "|"
        case .failed: "x"
        }
    }

    private func row(_ event: Incident.Event, _ states: [Incident.PathState]) -> String {
        var what = event.path.map { "\($0): \(event.what)" } ?? event.what
        if event.count > 1 {
            what += ", \(Figures.count(event.count)) times"
        }
        if event.untilNs > event.atNs { what += " until \(Figures.offset(event.untilNs, from: incident.startNs))" }
        if event.isLogged == false { what += " *" }
        let plain = 2 + lanes.reduce(0) { $0 + Self.laneWidth($1) }
        let head = padLeft(Figures.offset(event.atNs, from: incident.startNs), 10) + "  "
        let layer = pad(event.layer, 11)
        let wrapped = style.broken(
            printable(what), to: style.columns, first: String(repeating: " ", count: plain) + head + layer,
            hanging: plain + head.count + layer.count)
        // The first line begins with the lanes, in their colours; the others have them, too.
        return wrapped.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, line in
            let rest = line.dropFirst(plain)
            guard number == 0 else { return "  " + drawn(states) + rest }
            return "  " + drawn(states) + head + style.layer(event.layer, layer)
                + rest.dropFirst(head.count + layer.count)
        }.joined(separator: "\n")
    }

    // MARK: Throughput

    /// Requests that ended on each path, over time; nil where there were none.
    func throughput() -> String? {
        guard let rates = incident.throughput else { return nil }
        let most = rates.paths.flatMap(\.requests).max() ?? 0
        guard most > 0 else { return nil }
        let perSecond = Double(most) * 1e9 / Double(rates.intervalNs)
        let title =
            "requests that ended on each path; the highest is \(Figures.count(Int(perSecond.rounded()))) a second"
        let nameWidth = max(8, (rates.paths.map(\.path.count).max() ?? 0) + 1)
        var lines = [style.bold(title)]
        for row in rates.paths {
            let marks = row.requests.map { Self.level($0, of: most, unicode: style.unicode) }.joined()
            lines.append("  " + pad(printable(row.path), nameWidth) + marks)
        }
        lines.append(style.dim("  " + String(repeating: " ", count: nameWidth) + axis(rates)))
        return lines.joined(separator: "\n")
    }

    private static func level(_ count: Int, of most: Int, unicode: Bool) -> String {
        let marks = unicode ? Array(" ▁▂▃▄▅▆▇█") : Array(" .:-=+*%#")
        if count == 0 { return " " }
        return String(marks[min(8, max(1, (count * 8 + most / 2) / most))])
    }

    /// Offsets from the first sign, each where it is.
    private func axis(_ rates: Incident.Throughput) -> String {
        let columns = rates.paths.map(\.requests.count).max() ?? 0
        var text = ""
        let step = max(1, columns / 5)
        for column in stride(from: 0, to: columns, by: step) {
            let at = rates.startNs.addingSaturated(rates.intervalNs.multipliedSaturated(by: column))
            let label = "|" + Figures.offset(at, from: incident.startNs, digits: 1)
            if text.count <= column, column + label.count <= Self.chartWidth + 8 { text = pad(text, column) + label }
        }
        return text
    }
}
