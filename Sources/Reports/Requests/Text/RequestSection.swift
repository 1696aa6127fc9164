import TraceFormat

/// The requests in a report for reading: what can be trusted of them, then latencies, stages, paths, and the slowest.
struct RequestSection {
    private let requests: Report.Requests
    private let paths: [Report.Path]
    private let latency: Histogram?
    private let isOfOneTrace: Bool
    private let style: Style

    /// Waterfalls of the slowest that a report shows.
    private static let slowestShown = 2
    private static let stepsShown = 10

    /// - Parameters:
    ///   - latency: of all requests; nil where only what it comes to is known.
    ///   - isOfOneTrace: else times of traces that have nothing to do with each other are beside each other.
    init(
        _ requests: Report.Requests, _ paths: [Report.Path], latency: Histogram?, isOfOneTrace: Bool, style: Style
    ) {
        (self.requests, self.paths, self.latency) = (requests, paths, latency)
        (self.isOfOneTrace, self.style) = (isOfOneTrace, style)
    }

    /// Sections, with blank lines to be put between them.
    func sections() -> [String] {
        if requests.joined == 0 { return [head()] }
        return [head(), latencies()] + distribution() + [stages(), pathTable()] + slowest()
    }

    // MARK: Head

    private func head() -> String {
        // Where nobody sees bios come, a request begins when the kernel makes it, or dm is given it.
        let begins = Set(requests.stages.map { $0.stage.split(separator: " + ").first ?? "" })
        let isPartlyMissed = requests.stoodIn.contains { $0.reason == "\(RequestPoint.arrived)" }
        let begin =
            begins.contains("wait for a request")
            ? isPartlyMissed
                ? "a request's first bio, or where that was missed from when the kernel made it or dm was given it,"
                : "a request's first bio"
            : begins.contains("dm queue") ? "when the kernel made a request" : "when dm was given a request"
        let title = "requests"
        var lines = style.prose(
            "\(title): the latency of I/O to multipath devices, from \(begin) to its end", hanging: 2)
        lines[0] = style.bold(title) + lines[0].dropFirst(title.count)
        lines += prose(joined())
        if let rate = rate() { lines += prose(rate) }
        if !requests.unjoined.isEmpty {
            let reasons = requests.unjoined.map { "\(Figures.count($0.count)) \($0.reason)" }
            lines += style.warning("NOT IN THE FIGURES:", reasons.joined(separator: "; "), indent: 2)
        }
        for fact in RequestFacts.missedPoints(requests.stoodIn.map { ($0.reason, $0.count) }) { lines += prose(fact) }
        if requests.ambiguous > 0 {
            lines += style.warning(
                "AMBIGUOUS:", "\(Figures.count(requests.ambiguous)), where several requests could be meant", indent: 2)
        }
        if requests.disagreed > 0 {
            let count = Figures.plural(requests.disagreed, "request")
            lines += style.warning(
                "DISAGREED:", "\(count), of which device and sector say something else than addresses", indent: 2)
        }
        return lines.joined(separator: "\n")
    }

    private func prose(_ text: String) -> [String] { style.prose(text, first: "  ", hanging: 4) }

    /// Throughput and queue depth from the first request to the last end, where requests ended in more than a moment.
    private func rate() -> String? {
        guard isOfOneTrace, let first = requests.firstStartNs, let last = requests.lastEndNs, last > first,
            requests.overTime.count(where: { $0.requests > 0 }) > 4
        else { return nil }
        let length = Double(last - first)
        let bytes = requests.overTime.reduce(0 as UInt64) { $0.addingSaturated($1.bytes) }
        let depth = Double(requests.latency.sumNs) / length
        let most = requests.overTime.map(\.maxDepth).max() ?? 0
        return "\(Figures.count(Int(min(Double(requests.joined) / length * 1e9, 1e15).rounded()))) requests and "
            + "\(Figures.size(UInt64(min(Double(bytes) / length * 1e9, 1e18)))) a second, "
            + "\((depth * 10).rounded() / 10) under way on average, \(Figures.count(most)) in dm at most"
    }

    private func joined() -> String {
        let how = ["pointer": "by address, which is certain", "sector": "by device and sector, as far as that goes"][
            requests.by]
        var line =
            "\(Figures.plural(requests.seen, "request")), \(Figures.count(requests.joined)) joined "
            + (how ?? "by address or by device and sector")
        if requests.busyDispatches > 0 {
            line += "; no path had room \(Figures.plural(requests.busyDispatches, "time"))"
        }
        return line
    }

    // MARK: Figures

    /// Percentiles and the longest: on a narrow terminal the most telling ones.
    private static func values<Row>(
        _ width: Int, othersFrom from: Int, _ latency: @escaping (Row) -> Report.RequestLatency
    ) -> [TextTable<Row>.Column] {
        [
            .init("p50", width) { Figures.duration(latency($0).p50Ns) },
            .init("p90", width, from: from) { Figures.duration(latency($0).p90Ns) },
            .init("p99", width) { Figures.duration(latency($0).p99Ns) },
            .init("p99.9", width, from: from) { Figures.duration(latency($0).p999Ns) },
            .init("max", width) { Figures.duration(latency($0).maxNs) },
        ]
    }

    private func latencies() -> String {
        typealias Row = (name: String, latency: Report.RequestLatency)
        var rows: [Row] = [("all", requests.latency)]
        if requests.untilData.count > 0 { rows.append(("until data is there", requests.untilData)) }
        if requests.operations.count > 1 { rows += requests.operations.map { ($0.name, $0.latency) } }
        if requests.maps.count > 1 { rows += requests.maps.map { ($0.name, $0.latency) } }
        if requests.sizes.count > 1 {
            rows += requests.sizes.map {
                ($0.upToBytes == 0 ? "no data" : "to " + Figures.size($0.upToBytes), $0.latency)
            }
        }
        let table = TextTable<Row>(
            [
                .init("latency", 19, isLeft: true) { $0.name },
                .init("requests", 9) { Figures.count($0.latency.count) },
            ] + Self.values(10, othersFrom: 0) { $0.latency }, style: style)
        return ([table.head] + rows.map(table.line)).joined(separator: "\n")
    }

    private func distribution() -> [String] {
        let lines = latency.map { Distribution($0, limit: Self.stepsShown).lines(of: "requests", style: style) } ?? []
        return lines.isEmpty ? [] : [lines.joined(separator: "\n")]
    }

    private func stages() -> String {
        let whole = requests.latency.sumNs
        let share = { (stage: Report.Requests.Stage) in Double(stage.latency.sumNs) / Double(max(whole, 1)) }
        let columns: [TextTable<Report.Requests.Stage>.Column] =
            [
                .init("share", 7) { Figures.share($0.latency.sumNs, of: whole) },
                .init("", 22, from: 104, layer: \.layer) { "  " + style.bar(share($0), of: 20, padded: true) },
                .init("times", 8) { Figures.count($0.latency.count) },
            ] + Self.values(style.columns < 100 ? 9 : 10, othersFrom: 132) { $0.latency } + [
                .init("  layer", 10, isLeft: true, layer: \.layer) { "  " + $0.layer }
            ]
        let table = TextTable(columns, last: .init("stage", 0, layer: \.layer) { $0.stage }, style: style)
        return
            ([style.bold("stages") + ": one after the other, they are a request's whole latency", table.head]
            + requests.stages.map(table.line)).joined(separator: "\n")
    }

    private func pathTable() -> String {
        let columns: [TextTable<Report.Path>.Column] =
            [
                .init("path", style.columns < 100 ? 18 : 26, isLeft: true) { Self.name($0) },
                .init("tries", style.columns < 100 ? 7 : 10) { Figures.count($0.tries) },
                .init("failed", 7) { Figures.count($0.failed) },
                .init("again", 6) { Figures.count($0.retries) },
            ] + Self.values(style.columns < 100 ? 9 : 10, othersFrom: 132) { $0.latency }
        let table = TextTable(columns, last: .init("slower", 0) { compared($0) }, style: style)
        return
            ([style.bold("paths") + ": tries from the clone to dm's verdict; how much slower than its siblings"]
            + [table.head] + paths.map(table.line)).joined(separator: "\n")
    }

    private static func name(_ path: Report.Path) -> String {
        let disk = path.device ?? path.devno ?? "(unknown)"
        return [path.map, disk, path.hctl ?? path.devno].compactMap(\.self).joined(separator: " ")
    }

    private func compared(_ path: Report.Path) -> String {
        guard let comparison = path.comparison else { return "-" }
        let shift = (comparison.shiftNs < 0 ? "-" : "+") + Figures.duration(comparison.shiftNs.magnitude)
        let mark = comparison.isSlow ? "! " : ""
        if style.columns < 110 { return mark + shift }
        return mark + shift + ", in \(Int(comparison.slowerInPercent.rounded())) of 100 pairs"
    }

    // MARK: The slowest

    private func slowest() -> [String] {
        if requests.slowest.isEmpty { return [] }
        let shown = requests.slowest.prefix(Self.slowestShown).map(waterfall)
        return [style.bold("slowest") + " (dmflow requests lists more)\n" + shown.joined(separator: "\n")]
    }

    private func waterfall(_ slow: SlowRequest) -> String {
        let place = isOfOneTrace ? "" : " of \(printable(slow.source))"
        var lines = [
            "  request \(slow.id)\(place): \(slow.operation)"
                + (slow.bytes > 0 ? " of \(Figures.size(UInt64(slow.bytes)))" : "")
                + (slow.sector.map { " at sector \($0)" } ?? "") + ", \(Figures.duration(slow.latencyNs))"
                + (slow.error.map { style.warning("; \($0)") } ?? "")
        ]
        let names = slow.tries.flatMap { $0.stages.map(\.stage.count) }.max() ?? 0
        let width = min(max(style.columns - Self.beside - names, 12), 60)
        var passed: UInt64 = 0
        for one in slow.tries {
            lines.append(
                "    on \(one.path ?? "an unknown path")" + (one.error.map { ": " + style.warning($0) } ?? "")
                    + (one.rounds > 1 ? ", sent \(one.rounds) times" : ""))
            for stage in one.stages {
                lines.append(self.stage(stage, at: passed, of: slow.latencyNs, width: width))
                passed = passed.addingSaturated(stage.ns)
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Columns of a stage's line that are neither bar nor name.
    private static let beside = 17

    private func stage(_ stage: SlowRequest.Stage, at passed: UInt64, of whole: UInt64, width: Int) -> String {
        let start = min(Int(Double(passed) / Double(max(whole, 1)) * Double(width)), width - 1)
        let bar = style.bar(Double(stage.ns) / Double(max(whole, 1)), of: width, padded: false)
        let line = String(repeating: " ", count: start) + String(bar.prefix(width - start))
        return "   \(padLeft(Figures.duration(stage.ns), 10))  " + style.layer(stage.layer, pad(line, width)) + "  "
            + style.layer(stage.layer, stage.stage)
    }
}
