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
    private static let barWidth = 14

    /// All there is to tell, with a blank line at its end.
    public func block(_ interval: LiveInterval) -> String {
        let sections = sections(interval, paths: Self.blockPaths)
        return ([head(interval)] + sections.flatMap { [$0.title] + $0.rows } + foot(interval)).joined(separator: "\n")
            + "\n\n"
    }

    /// What fits, the most important first.
    ///
    /// - Parameters:
    ///   - title: on the first line.
    ///   - hint: at the end of it, if there is room.
    ///   - columns: of the terminal.
    ///   - rows: of the terminal.
    public func screen(_ interval: LiveInterval, title: String, hint: String, columns: Int, rows: Int) -> [String] {
        let first = style.bold(printable(title)) + "  " + head(interval)
        let foot = foot(interval)
        let room = max(rows - 1 - foot.count, 0)
        let sections = LiveSection.fitting(sections(interval, paths: .max), into: room) { style.dim($0) }
        let width = ClippedLine.width(first) + 2 + hint.count
        let begin =
            width <= columns ? first + String(repeating: " ", count: columns - width + 2) + style.dim(hint) : first
        let body = Array(([begin] + sections).prefix(max(rows - foot.count, 1)))
        let gap = [String](repeating: "", count: max(rows - foot.count - body.count, 0))
        return Array((body + gap + foot).prefix(rows)).map { ClippedLine.clip($0, to: columns) }
    }

    // MARK: Head and foot

    private func head(_ interval: LiveInterval) -> String {
        let time = interval.clock.time(of: interval.endNs).map { TimeOfDay($0).seconds }
        let begin = style.bold(time ?? "interval \(interval.number)") + "  \(Figures.duration(interval.lengthNs))"
        guard let requests = interval.requests else { return begin + calls(interval) }
        if requests.seen == 0 && interval.underWay.all.count == 0 {
            return begin + ": no request" + (interval.calls == nil ? "" : calls(interval))
        }
        let flaws = [
            requests.joined == 0 ? "no request ended" : Figures.plural(requests.joined, "request"),
            requests.failed > 0 ? style.warning("\(Figures.count(requests.failed)) failed") : nil,
            requests.retried > 0 ? "\(Figures.count(requests.retried)) on another path" : nil,
            requests.busyDispatches > 0 ? "no path had room \(Figures.plural(requests.busyDispatches, "time"))" : nil,
        ].compactMap(\.self)
        return begin + ": " + flaws.joined(separator: ", ")
    }

    private func calls(_ interval: LiveInterval) -> String {
        guard let calls = interval.calls else { return ": nothing is recorded that is shown here" }
        let count = calls.layers.reduce(0) { $0.addingSaturated($1.calls) }
        return count == 0 ? ": no call" : ": \(Figures.plural(count, "call"))"
    }

    private func foot(_ interval: LiveInterval) -> [String] {
        let share = Figures.share(interval.cpuNs, of: max(interval.lengthNs, 1))
        let lost = Figures.loss(interval.lost.events, uncounted: interval.lost.uncounted)
        let unjoined = (interval.requests?.unjoined ?? []).filter { $0.count > 0 }
        let line =
            "  " + (lost.map { style.warning("EVENTS LOST: ") + $0 } ?? "no event lost")
            + (interval.lateEvents > 0 ? "; \(Figures.plural(interval.lateEvents, "event")) too late for its order" : "")
            + "; dmflow took \(Figures.duration(interval.cpuNs)) of CPU time, \(share)"
        if unjoined.isEmpty { return [line] }
        let reasons = unjoined.map { "\(Figures.count($0.count)) \($0.name)" }.joined(separator: "; ")
        return ["  " + style.warning("NOT IN THE FIGURES: ") + reasons, line]
    }

    // MARK: Sections

    private func sections(_ interval: LiveInterval, paths limit: Int) -> [LiveSection] {
        let rows = LiveRows(interval)
        return [
            troubles(interval), maps(interval, rows.maps), paths(interval, rows.paths, limit: limit), stages(interval),
            layers(interval), roots(interval),
        ].compactMap(\.self)
    }

    private func title(_ name: String, _ rest: String) -> String { "  " + style.bold(name) + style.dim(rest) }

    private func troubles(_ interval: LiveInterval) -> LiveSection? {
        guard let troubles = interval.troubles, !troubles.isEmpty else { return nil }
        let rows = troubles.map { trouble in
            let what = [trouble.map, trouble.path].compactMap(\.self).map { printable($0) }.joined(separator: " ")
            let time = (trouble.beganBefore ? "since before the start, " : "for ") + Figures.seconds(trouble.forNs)
            let owner = trouble.owner.map { "; it has to wait for: \($0.rawValue)" } ?? ""
            return "    \(pad(what, 24)) " + style.warning(trouble.kind.rawValue) + " \(time)\(owner)"
        }
        return LiveSection(title: title("failover", ": what is the matter now"), rows: rows, least: 4, rank: 0)
    }

    private func maps(_ interval: LiveInterval, _ maps: [LiveRows.Map]) -> LiveSection? {
        if maps.isEmpty { return nil }
        let rows = maps.map { map in
            "    \(pad(printable(map.name ?? "(unknown map)"), 12))"
                + padLeft(rate(interval, map.latency.count), 8)
                + padLeft(perSecond(interval, map.bytes), 13)
                + underWay(interval, map.underWay, 6) + latencies(map.latency, [0.5, 0.99, 1])
        }
        return LiveSection(
            title: title("requests, latency", "  req/s         data  in flight, oldest      p50      p99      max"),
            rows: rows, least: 1, rank: 1)
    }

    private func paths(_ interval: LiveInterval, _ paths: [LiveRows.Path], limit: Int) -> LiveSection? {
        if paths.isEmpty { return nil }
        let tries = paths.reduce(0) { $0 + ($1.sums?.tries ?? 0) }
        var rows = paths.prefix(limit).map { path in
            let sums = path.sums
            let flaws = [sums?.failed, sums?.retries, sums?.rejected].map { count in
                let text = padLeft(Figures.count(count ?? 0), 6)
                return (count ?? 0) > 0 ? style.warning(text) : text
            }
            return "    \(pad(Self.name(path.facts), 20))" + padLeft(rate(interval, sums?.tries ?? 0), 7)
                + padLeft(Figures.share(UInt64(sums?.tries ?? 0), of: UInt64(tries)), 8)
                + padLeft(Figures.count(path.underWay.count), 5) + flaws.joined()
                + latencies(sums?.latency ?? Histogram(), [0.5, 0.99])
        }
        let rest = paths.dropFirst(limit)
        if !rest.isEmpty {
            let count = rest.reduce(0) { $0 + ($1.sums?.tries ?? 0) }
            rows.append("    and \(Figures.plural(rest.count, "path")) more with \(Figures.plural(count, "try"))")
        }
        return LiveSection(
            title: title("paths, latency of tries", "  IOPS   share under failed again  busy     p50      p99"), rows: rows,
            least: 2, rank: 2)
    }

    private func stages(_ interval: LiveInterval) -> LiveSection? {
        guard let requests = interval.requests, requests.joined > 0 else { return nil }
        let whole = requests.latency.sum
        let rows = requests.stages.sorted { ($1.ns.sum, $0.order) < ($0.ns.sum, $1.order) }.map { stage in
            let bar = style.bar(Double(stage.ns.sum) / Double(max(whole, 1)), of: Self.barWidth, padded: true)
            return padLeft(Figures.share(stage.ns.sum, of: whole), 10) + " " + style.layer(stage.layer, bar)
                + latencies(stage.ns, [0.5, 0.99]) + "  " + style.layer(stage.layer, pad(stage.layer, 9)) + " "
                + stage.stage
        }
        return LiveSection(
            title: title("stages", ": requests' time" + "            p50      p99  layer     stage"), rows: rows,
            least: 4, rank: 3)
    }

    private func layers(_ interval: LiveInterval) -> LiveSection? {
        guard let calls = interval.calls, !calls.layers.isEmpty else { return nil }
        let whole = calls.layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        let rows = LiveRows.layers(calls).map { layer in
            let bar = style.bar(Double(layer.selfNs) / Double(max(whole, 1)), of: Self.barWidth, padded: true)
            return padLeft(Figures.share(layer.selfNs, of: whole), 10) + " " + style.layer(layer.layer, bar)
                + padLeft(Figures.duration(layer.selfNs), 10) + padLeft(Figures.count(layer.calls), 10) + "  "
                + style.layer(layer.layer, printable(layer.layer))
        }
        return LiveSection(
            title: title("functions' self time", ", no latency      self     calls  layer"), rows: rows, least: 4,
            rank: 4)
    }

    private func roots(_ interval: LiveInterval) -> LiveSection? {
        guard let calls = interval.calls, !calls.roots.isEmpty else { return nil }
        let rows = LiveRows.roots(calls).map { root in
            padLeft(Figures.count(root.latency.count), 10) + latencies(root.latency, [0.5, 0.99, 1]) + "  "
                + printable(root.function) + (root.fragment ? " (fragment)" : "")
        }
        return LiveSection(
            title: title("roots", ": calls      p50      p99      max  time in the function"), rows: rows, least: 2,
            rank: 5)
    }

    // MARK: Cells

    private static func name(_ facts: PathFacts) -> String {
        [facts.map, facts.device ?? facts.devno ?? "(unknown)", facts.hctl].compactMap(\.self).map { printable($0) }
            .joined(separator: " ")
    }

    private func rate(_ interval: LiveInterval, _ count: Int) -> String {
        let rate = interval.rate(Double(count))
        // Few a second, and not none.
        if rate > 0 && rate < 10 { return String((rate * 10).rounded() / 10) }
        return Figures.count(Int(min(rate.rounded(), 1e15)))
    }

    private func perSecond(_ interval: LiveInterval, _ bytes: UInt64) -> String {
        let rate = UInt64(min(interval.rate(Double(bytes)), 1e18))
        return Figures.size(rate) + "/s"
    }

    private func underWay(_ interval: LiveInterval, _ group: RequestsUnderWay.Group, _ width: Int) -> String {
        padLeft(Figures.count(group.count), width) + padLeft(interval.age(group).map(Self.short) ?? "-", 10)
    }

    private func latencies(_ histogram: Histogram, _ fractions: [Double]) -> String {
        if histogram.count == 0 { return fractions.map { _ in padLeft("-", 9) }.joined() }
        return histogram.percentiles(fractions).map { padLeft(Self.short($0), 9) }.joined()
    }

    /// Three digits: `12.3 ms`.
    private static func short(_ ns: UInt64) -> String {
        if ns < 1000 { return "\(ns) ns" }
        var (value, unit) = (Double(ns), 0)
        let units = ["ns", "us", "ms", "s"]
        while value >= 999.5 && unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        if value >= 99.95 { return "\(Int(value.rounded())) \(units[unit])" }
        if value >= 9.995 { return "\((value * 10).rounded() / 10) \(units[unit])" }
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) \(units[unit])"
    }
}
