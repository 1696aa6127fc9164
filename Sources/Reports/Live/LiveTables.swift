import TraceFormat

/// The tables of an interval. Each says in its title of which kind its times are: latency of requests, or time in functions.
struct LiveTables {
    let style: Style
    /// For which they are made; 80 at least.
    private let columns: Int
    /// Whether names are cut that have no room; else their rows are longer.
    private let cuts: Bool

    init(style: Style, columns: Int, cuts: Bool) {
        (self.style, self.columns, self.cuts) = (style, max(columns, 80), cuts)
    }

    /// - Parameter limit: paths that are shown; those beyond are one row.
    func sections(_ interval: LiveInterval, paths limit: Int) -> [LiveSection] {
        let rows = LiveRows(interval)
        return [
            troubles(interval), maps(interval, rows.maps), paths(interval, rows.paths, limit: limit), stages(interval),
            layers(interval), roots(interval),
        ].compactMap(\.self)
    }

    // MARK: Failover

    private func troubles(_ interval: LiveInterval) -> LiveSection? {
        guard let troubles = interval.troubles, !troubles.isEmpty else { return nil }
        let names = troubles.map { [$0.map, $0.path].compactMap(\.self).map { printable($0) }.joined(separator: " ") }
        let width = self.width(of: names, least: 12, besides: 56)
        let rows = zip(troubles, names).map { trouble, name in
            let time = (trouble.beganBefore ? "since before the start, " : "for ") + Figures.seconds(trouble.forNs)
            let owner = trouble.owner.map { "; waits for: \($0.rawValue)" } ?? ""
            return "    \(cell(name, width)) " + style.warning(trouble.kind.rawValue) + " \(time)\(owner)"
        }
        return LiveSection(title: title("failover", 0, [], ": what is the matter now"), rows: rows, least: 4, rank: 0)
    }

    // MARK: Requests

    private func maps(_ interval: LiveInterval, _ maps: [LiveRows.Map]) -> LiveSection? {
        if maps.isEmpty { return nil }
        let names = maps.map { printable($0.name ?? "(unknown map)") }
        let width = self.width(of: names, least: 14, besides: 66)
        let rows = zip(maps, names).map { map, name in
            let (count, age) = (map.underWay.count, interval.age(map.underWay))
            let ended = padLeft(rate(interval, map.latency.count), 8) + padLeft(perSecond(interval, map.bytes), 12)
            let underWay = padLeft(Figures.count(count), 6) + padLeft(age.map(Self.short) ?? "-", 9)
            return "    \(cell(name, width))" + ended + underWay + latencies(map.latency, [0.5, 0.99, 1])
        }
        let heads = [("req/s", 8), ("data", 12), ("depth", 6), ("oldest", 9), ("p50", 9), ("p99", 9), ("max", 9)]
        return LiveSection(title: title("request latency", width + 4, heads), rows: rows, least: 1, rank: 1)
    }

    private func paths(_ interval: LiveInterval, _ paths: [LiveRows.Path], limit: Int) -> LiveSection? {
        if paths.isEmpty { return nil }
        let tries = paths.reduce(0) { $0 + ($1.sums?.tries ?? 0) }
        let names = paths.map { Self.name($0.facts) }
        let width = self.width(of: names, least: 19, besides: 61)
        var rows = zip(paths, names).prefix(limit).map { path, name in
            let sums = path.sums
            let flaws = [(sums?.failed, 7), (sums?.retries, 6), (sums?.rejected, 5)].map { count, width in
                let text = padLeft(Figures.count(count ?? 0), width)
                return (count ?? 0) > 0 ? style.warning(text) : text
            }
            let own = sums?.tries ?? 0
            let share = padLeft(Figures.share(UInt64(own), of: UInt64(tries)), 8)
            let depth = padLeft(Figures.count(path.underWay.count), 6)
            return "    \(cell(name, width))" + padLeft(rate(interval, own), 7) + share + depth + flaws.joined()
                + latencies(sums?.latency ?? Histogram(), [0.5, 0.99])
        }
        let rest = paths.dropFirst(limit)
        if !rest.isEmpty {
            let count = rest.reduce(0) { $0 + ($1.sums?.tries ?? 0) }
            rows.append(
                "    and \(Figures.plural(rest.count, "path")) more, on which \(Figures.plural(count, "request")) were tried"
            )
        }
        let heads = [
            ("IOPS", 7), ("share", 8), ("depth", 6), ("failed", 7), ("again", 6), ("busy", 5), ("p50", 9), ("p99", 9),
        ]
        return LiveSection(title: title("latency on paths", width + 4, heads), rows: rows, least: 2, rank: 2)
    }

    /// Every stage of the requests that ended; together they are their latency.
    private func stages(_ interval: LiveInterval) -> LiveSection? {
        guard let requests = interval.requests, requests.joined > 0 else { return nil }
        let whole = requests.latency.sum
        let rows = requests.stages.sorted { ($1.ns.sum, $0.order) < ($0.ns.sum, $1.order) }.map { stage in
            row(
                bar(stage.ns.sum, of: whole, stage.layer) + latencies(stage.ns, [0.5, 0.99], 8) + "  "
                    + style.layer(stage.layer, pad(stage.layer, 8)) + " ", stage.stage)
        }
        let heads = [("p50", 8), ("p99", 8)]
        return LiveSection(
            title: title("stages' latency", barWidth + 9, heads, "  layer    stage"), rows: rows, least: 4, rank: 3)
    }

    // MARK: Functions

    private func layers(_ interval: LiveInterval) -> LiveSection? {
        guard let calls = interval.calls, !calls.layers.isEmpty else { return nil }
        let whole = calls.layers.reduce(0 as UInt64) { $0.addingSaturated($1.selfNs) }
        let rows = LiveRows.layers(calls).map { layer in
            bar(layer.selfNs, of: whole, layer.layer) + padLeft(Figures.duration(layer.selfNs), 11)
                + padLeft(Figures.count(layer.calls), 10) + "  " + style.layer(layer.layer, printable(layer.layer))
        }
        let heads = [("self", 11), ("calls", 10)]
        return LiveSection(
            title: title("functions' time", barWidth + 9, heads, "  layer; it is no latency"), rows: rows, least: 4,
            rank: 4)
    }

    private func roots(_ interval: LiveInterval) -> LiveSection? {
        guard let calls = interval.calls, !calls.roots.isEmpty else { return nil }
        let rows = LiveRows.roots(calls).map { root in
            row(
                padLeft(Figures.count(root.latency.count), 17) + latencies(root.latency, [0.5, 0.99, 1]) + "  ",
                printable(root.function) + (root.fragment ? " (fragment)" : ""))
        }
        let heads = [("calls", 7), ("p50", 9), ("p99", 9), ("max", 9)]
        return LiveSection(
            title: title("in roots", 10, heads, "  time in the function"), rows: rows, least: 2, rank: 5)
    }

    // MARK: Cells

    /// What stands over a table.
    private func title(_ name: String, _ width: Int, _ heads: [(name: String, width: Int)], _ rest: String = "")
        -> String
    {
        let heads =
            String(repeating: " ", count: max(width - name.count - 2, 0)) + heads.map { padLeft($0, $1) }.joined()
        return "  " + style.bold(name) + style.dim(heads + rest)
    }

    /// A name at the end of a row is whole in a log: on a line of its own where it does not fit.
    private func row(_ figures: String, _ name: String) -> String {
        let fits = cuts || ClippedLine.width(figures) + name.count <= columns
        return figures + (fits ? "" : "\n      ") + name
    }

    /// As wide as the longest name, if there is room for that beside the other columns.
    private func width(of names: [String], least: Int, besides others: Int) -> Int {
        let longest = names.map(\.count).max() ?? 0
        return max(least, cuts ? min(longest, columns - others) : longest)
    }

    private func cell(_ name: String, _ width: Int) -> String {
        name.count > width ? name.prefix(width - 1) + "~" : pad(name, width)
    }

    /// On a wide terminal there is more room.
    private var barWidth: Int { min(7 + columns - 80, 24) }

    private func bar(_ part: UInt64, of whole: UInt64, _ layer: String) -> String {
        padLeft(Figures.share(part, of: whole), 8) + " "
            + style.layer(layer, style.bar(Double(part) / Double(max(whole, 1)), of: barWidth, padded: true))
    }

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
        Figures.size(UInt64(min(interval.rate(Double(bytes)), 1e18))) + "/s"
    }

    private func latencies(_ histogram: Histogram, _ fractions: [Double], _ width: Int = 9) -> String {
        if histogram.count == 0 { return fractions.map { _ in padLeft("-", width) }.joined() }
        return histogram.percentiles(fractions).map { padLeft(Self.short($0), width) }.joined()
    }

    /// Three digits: `12.3 ms`; of seconds, as many as there are.
    static func short(_ ns: UInt64) -> String {
        if ns < 1000 { return "\(ns) ns" }
        var (value, unit) = (Double(ns), 0)
        let units = ["ns", "us", "ms", "s"]
        while value >= 999.5 && unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        if value >= 99.95 { return "\(Int(value.rounded())) \(units[unit])" }
        if value >= 9.995 { return "\((value * 10).rounded() / 10) \(units[unit])" }
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) \(units[unit])"
    }
}
