/// The requests in a report for reading: what was slow, what can be trusted, then stages, paths, and the slowest.
struct RequestSection {
    private let requests: Report.Requests
    private let paths: [Report.Path]
    private let style: Style

    private static let barWidth = 20
    /// Waterfalls of the slowest that a report shows.
    private static let slowestShown = 2

    init(_ requests: Report.Requests, _ paths: [Report.Path], style: Style) {
        (self.requests, self.paths, self.style) = (requests, paths, style)
    }

    /// Sections, with blank lines to be put between them.
    func sections() -> [String] {
        if requests.joined == 0 { return [head()] }
        return [head(), latencies(), stages(), pathTable()] + slowest()
    }

    // MARK: Head

    private func head() -> String {
        // Where nobody sees bios come, a request begins when the kernel makes it, or dm is given it.
        let begins = Set(requests.stages.map { $0.stage.split(separator: " + ").first ?? "" })
        let begin =
            begins.contains("wait for a request")
            ? "a request's first bio"
            : begins.contains("dm queue") ? "when the kernel made a request" : "when dm was given a request"
        var lines = [
            style.bold("requests") + ": the latency of I/O to multipath devices, from \(begin) to its end"
        ]
        lines += requests.findings.enumerated().map { $0 == 0 ? style.bold($1) : $1 }.map { "  " + $0 }
        lines.append("  " + joined())
        if let rate = rate() { lines.append("  " + rate) }
        if !requests.unjoined.isEmpty {
            let reasons = requests.unjoined.map { "\(Figures.count($0.count)) \($0.reason)" }
            lines.append("  " + style.warning("NOT IN THE FIGURES: ") + reasons.joined(separator: "; "))
        }
        if !requests.stoodIn.isEmpty {
            let points = requests.stoodIn.map { "\($0.reason) \(Figures.count($0.count))" }
            lines.append(
                "  points that no event shows, whose neighbours stand for them: " + points.joined(separator: ", "))
        }
        if requests.ambiguous > 0 {
            lines.append(
                "  " + style.warning("AMBIGUOUS: ")
                    + "\(Figures.count(requests.ambiguous)), where several requests could be meant")
        }
        if requests.disagreed > 0 {
            lines.append(
                "  " + style.warning("DISAGREED: ")
                    + "\(Figures.plural(requests.disagreed, "request")), of which device and sector say something else than addresses"
            )
        }
        return lines.joined(separator: "\n")
    }

    /// Throughput and queue depth, where requests ended in more than a moment.
    private func rate() -> String? {
        guard let first = requests.overTime.first, let last = requests.overTime.last,
            case let length = last.startNs.addingSaturated(last.lengthNs) - first.startNs, requests.overTime.count > 4
        else { return nil }
        let seconds = Double(length) / 1e9
        let bytes = requests.overTime.reduce(0 as UInt64) { $0.addingSaturated($1.bytes) }
        let depth = Double(requests.latency.sumNs) / Double(length)
        let most = requests.overTime.map(\.maxDepth).max() ?? 0
        return "\(Figures.count(Int(min(Double(requests.joined) / seconds, 1e15).rounded()))) requests and "
            + "\(Figures.size(UInt64(min(Double(bytes) / seconds, 1e18)))) a second, "
            + "\((depth * 10).rounded() / 10) under way on average, \(Figures.count(most)) at most"
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

    private static let columns = "       p50        p90        p99      p99.9        max"

    private static func values(_ latency: Report.RequestLatency) -> String {
        [latency.p50Ns, latency.p90Ns, latency.p99Ns, latency.p999Ns, latency.maxNs]
            .map { padLeft(Figures.duration($0), 11) }.joined()
    }

    private func latencies() -> String {
        var rows = [("all", requests.latency)]
        if requests.untilData.count > 0 { rows.append(("until the data was complete", requests.untilData)) }
        if requests.operations.count > 1 { rows += requests.operations.map { ($0.name, $0.latency) } }
        if requests.maps.count > 1 { rows += requests.maps.map { ($0.name, $0.latency) } }
        if requests.sizes.count > 1 {
            rows += requests.sizes.map {
                ($0.upToBytes == 0 ? "no data" : "to " + Figures.size($0.upToBytes), $0.latency)
            }
        }
        let lines = rows.map { name, latency in
            "  \(pad(name, 28)) \(padLeft(Figures.count(latency.count), 10)) \(Self.values(latency))"
        }
        return ([style.dim("  " + pad("latency", 28) + "   requests  " + Self.columns)] + lines).joined(separator: "\n")
    }

    private func stages() -> String {
        var lines = [
            style.bold("stages") + ": one after the other, they are a request's whole latency",
            style.dim("   share  " + pad("", Self.barWidth) + "     times " + Self.columns + "  layer     stage"),
        ]
        lines += requests.stages.map { stage in
            let fraction = Double(stage.latency.sumNs) / Double(max(requests.latency.sumNs, 1))
            let bar = style.bar(fraction, of: Self.barWidth, padded: true)
            return "\(padLeft(Figures.share(stage.latency.sumNs, of: requests.latency.sumNs), 8))  "
                + style.layer(stage.layer, bar) + padLeft(Figures.count(stage.latency.count), 10) + " "
                + Self.values(stage.latency) + "  " + style.layer(stage.layer, pad(stage.layer, 9)) + " " + stage.stage
        }
        return lines.joined(separator: "\n")
    }

    private func pathTable() -> String {
        var lines = [
            style.bold("paths") + ": tries from the clone to dm's verdict",
            style.dim(
                "  " + pad("path", 26) + "     tries  failed   again" + Self.columns + "  slower than its siblings"),
        ]
        lines += paths.map { path in
            "  \(pad(Self.name(path), 26))\(padLeft(Figures.count(path.tries), 10))\(padLeft(Figures.count(path.failed), 8))"
                + "\(padLeft(Figures.count(path.retries), 8))\(Self.values(path.latency))  " + compared(path)
        }
        return lines.joined(separator: "\n")
    }

    private static func name(_ path: Report.Path) -> String {
        let disk = path.device ?? path.devno ?? "(unknown)"
        return [path.map, disk, path.hctl ?? path.devno].compactMap(\.self).joined(separator: " ")
    }

    private func compared(_ path: Report.Path) -> String {
        guard let comparison = path.comparison else { return "-" }
        let shift = (comparison.shiftNs < 0 ? "-" : "+") + Figures.duration(comparison.shiftNs.magnitude)
        let text = "\(shift), in \(Int(comparison.slowerInPercent.rounded())) of 100 pairs"
        return comparison.isSlow ? style.warning(text) : text
    }

    // MARK: The slowest

    private func slowest() -> [String] {
        if requests.slowest.isEmpty { return [] }
        let shown = requests.slowest.prefix(Self.slowestShown).map(waterfall)
        return [style.bold("slowest") + " (dmflow requests lists more)\n" + shown.joined(separator: "\n")]
    }

    private func waterfall(_ slow: SlowRequest) -> String {
        var lines = [
            "  request \(slow.id): \(slow.operation)"
                + (slow.bytes > 0 ? " of \(Figures.size(UInt64(slow.bytes)))" : "")
                + (slow.sector.map { " at sector \($0)" } ?? "") + ", \(Figures.duration(slow.latencyNs))"
                + (slow.error.map { style.warning("; \($0)") } ?? "")
        ]
        var passed: UInt64 = 0
        for one in slow.tries {
            lines.append(
                "    on \(one.path ?? "an unknown path")" + (one.error.map { ": " + style.warning($0) } ?? "")
                    + (one.rounds > 1 ? ", sent \(one.rounds) times" : ""))
            for stage in one.stages {
                lines.append(self.stage(stage, at: passed, of: slow.latencyNs))
                passed = passed.addingSaturated(stage.ns)
            }
        }
        return lines.joined(separator: "\n")
    }

    private func stage(_ stage: SlowRequest.Stage, at passed: UInt64, of whole: UInt64) -> String {
        let width = 2 * Self.barWidth
        let start = min(Int(Double(passed) / Double(max(whole, 1)) * Double(width)), width - 1)
        let bar = style.bar(Double(stage.ns) / Double(max(whole, 1)), of: width, padded: false)
        let line = String(repeating: " ", count: start) + String(bar.prefix(width - start))
        return "    \(padLeft(Figures.duration(stage.ns), 11))  " + style.layer(stage.layer, pad(line, width)) + "  "
            + style.layer(stage.layer, stage.stage)
    }
}
