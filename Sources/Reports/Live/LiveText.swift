import TraceFormat

/// An interval for reading: in lines of 80 columns, a block each for a log, or as many as a screen has room for.
///
/// Sections say of which kind their times are: latency of requests, or time in functions.
public struct LiveText: Sendable {
    private let style: Style

    /// - Parameter style: how the output can look.
    public init(style: Style) { self.style = style }

    /// Paths that a block shows; those beyond are one row.
    private static let blockPaths = 256
    /// For which a log is made.
    private static let blockColumns = 80

    /// All there is to tell, with a blank line at its end.
    public func block(_ interval: LiveInterval) -> String {
        let sections = LiveTables(style: style, columns: Self.blockColumns, cuts: false)
            .sections(interval, paths: Self.blockPaths)
        let head = wrap(flow(interval), to: Self.blockColumns, first: begin(interval), hanging: 4)
        let foot = foot(interval).flatMap { wrap($0, to: Self.blockColumns, first: "  ", hanging: 4) }
        return (head + sections.flatMap { [$0.title] + $0.rows } + foot).joined(separator: "\n") + "\n\n"
    }

    /// What fits, the most important first.
    ///
    /// - Parameters:
    ///   - interval: what it shows.
    ///   - title: on the first line.
    ///   - hint: at the end of the last line, if there is room.
    ///   - columns: of the terminal.
    ///   - rows: of the terminal.
    public func screen(_ interval: LiveInterval, title: String, hint: String, columns: Int, rows: Int) -> [String] {
        let first = style.bold(printable(title)) + "  " + begin(interval) + flow(interval)
        var foot = foot(interval).map { "  " + $0 }
        let left = columns - ClippedLine.width(foot[foot.count - 1]) - hint.count
        if left >= 2 { foot[foot.count - 1] += String(repeating: " ", count: left) + style.dim(hint) }
        let room = max(rows - 1 - foot.count, 0)
        let tables = LiveTables(style: style, columns: columns, cuts: true).sections(interval, paths: .max)
        let sections = LiveSection.fitting(tables, into: room) { style.dim($0) }
        let body = Array(([first] + sections).prefix(max(rows - foot.count, 1)))
        let gap = [String](repeating: "", count: max(rows - foot.count - body.count, 0))
        return Array((body + gap + foot).prefix(rows)).map { ClippedLine.clip($0, to: columns) }
    }

    // MARK: Head and foot

    private func begin(_ interval: LiveInterval) -> String {
        let time = interval.clock.time(of: interval.endNs).map { TimeOfDay($0).seconds }
        return style.bold(time ?? "interval \(interval.number)") + "  \(Figures.duration(interval.lengthNs)): "
    }

    private func flow(_ interval: LiveInterval) -> String {
        guard let requests = interval.requests else {
            return calls(interval) ?? "nothing is recorded that is shown here"
        }
        if requests.seen == 0 && interval.underWay.all.count == 0 {
            return ["no request", calls(interval)].compactMap(\.self).joined(separator: ", ")
        }
        return [
            requests.joined == 0 ? "no request ended" : Figures.plural(requests.joined, "request"),
            requests.failed > 0 ? style.warning("\(Figures.count(requests.failed)) failed") : nil,
            requests.retried > 0 ? "\(Figures.count(requests.retried)) on another path" : nil,
            requests.busyDispatches > 0 ? "no path had room \(Figures.plural(requests.busyDispatches, "time"))" : nil,
        ].compactMap(\.self).joined(separator: ", ")
    }

    private func calls(_ interval: LiveInterval) -> String? {
        guard let calls = interval.calls else { return nil }
        let count = calls.layers.reduce(0) { $0.addingSaturated($1.calls) }
        return count == 0 ? "no call" : Figures.plural(count, "call")
    }

    /// What the figures are without, a line each, and what they cost.
    private func foot(_ interval: LiveInterval) -> [String] {
        let unjoined = (interval.requests?.unjoined ?? []).filter { $0.count > 0 }
            .map { "\(Figures.count($0.count)) \($0.name)" }
        let lost = Figures.loss(interval.lost.events, uncounted: interval.lost.uncounted)
        let late = Figures.plural(interval.lateEvents, "event")
        let share = Figures.share(interval.cpuNs, of: interval.cpuSpanNs)
        let cost = "dmflow took \(Figures.duration(interval.cpuNs)) of CPU time, \(share)"
        return [
            unjoined.isEmpty ? nil : style.warning("NOT IN THE FIGURES: ") + unjoined.joined(separator: "; "),
            lost.map { style.warning("EVENTS LOST: ") + $0 },
            interval.lateEvents > 0 ? late + " too late for the order of time" : nil,
            lost == nil ? "no event lost; " + cost : cost,
        ].compactMap(\.self)
    }
}
