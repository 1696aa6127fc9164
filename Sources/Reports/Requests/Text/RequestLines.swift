import TraceFormat

/// Requests as lines of a table, and as waterfalls.
struct RequestLines {
    let names: PathNames
    let style: Style
    /// When the first of all began: times are told from then on.
    let origin: UInt64

    static let head =
        "      id        at       latency  until data  operation      size        sector  path             longest stage"

    func line(_ request: Request) -> String {
        let at = Figures.duration(request.startNs - min(origin, request.startNs))
        let columns = [
            padLeft(String(request.id), 8), padLeft(at, 10), padLeft(Figures.duration(request.latencyNs), 13),
            padLeft(request.untilDataNs.map(Figures.duration) ?? "-", 11), pad("  " + request.operation, 13),
            padLeft(Figures.size(UInt64(request.bytes)), 8), padLeft(request.sector.map { " \($0)" } ?? "-", 13),
            "  " + pad((request.isAmbiguous ? "~" : "") + path(request), 16), longest(request),
        ]
        return columns.joined() + (request.error.map { style.warning("  \($0)") } ?? "")
    }

    /// `sda`, or with several tries `sda! sdb`: the first failed.
    private func path(_ request: Request) -> String {
        request.tries.map { one in
            (one.disk.map(names.disk) ?? "-") + (one.isRejected ? "?" : one.error != nil ? "!" : "")
                + (one.rounds.count > 1 ? "*\(one.rounds.count)" : "")
        }.joined(separator: " ")
    }

    private func longest(_ request: Request) -> String {
        guard let stage = request.stages.max(by: { $0.ns < $1.ns }) else { return "" }
        return " " + style.layer(stage.layer, stage.stage) + " " + Figures.duration(stage.ns)
    }

    // MARK: Waterfalls

    private static let barWidth = 40

    func waterfall(_ request: Request) -> String {
        var lines = [title(request)]
        var number = 0
        for one in request.tries {
            number += 1
            if request.tries.count > 1 || one.error != nil { lines.append(tryTitle(one, number)) }
            for (round, stages) in one.rounds.enumerated() {
                if one.rounds.count > 1 { lines.append(style.dim("    round \(round + 1) of \(one.rounds.count)")) }
                lines += stages.stages.map { stage($0, of: request) }
            }
        }
        if let data = request.untilDataNs {
            lines.append(style.dim("    data complete after \(Figures.duration(data))"))
        }
        if !request.stoodIn.isEmpty {
            lines.append(style.warning("    not seen: ") + request.stoodIn.joined(separator: ", "))
        }
        if request.isAmbiguous {
            lines.append(style.warning("    ambiguous: ") + "another request could be meant with some of it")
        }
        return lines.joined(separator: "\n")
    }

    private func title(_ request: Request) -> String {
        let place = request.sector.map { " at sector \($0)" } ?? ""
        let size = request.bytes > 0 ? " of \(Figures.size(UInt64(request.bytes)))" : ""
        let paths = request.tries.compactMap { $0.disk.map(names.disk) }.joined(separator: ", then ")
        return style.bold("request \(request.id)") + ": \(request.operation)\(size)\(place)"
            + (names.map(request.device).map { ", \($0)" } ?? "") + (paths.isEmpty ? "" : " through \(paths)")
            + ", \(Figures.duration(request.latencyNs))" + (request.error.map { style.warning("; \($0)") } ?? "")
    }

    private func tryTitle(_ one: Request.Try, _ number: Int) -> String {
        "  try \(number)" + (one.disk.map { " on \(names.disk($0))" } ?? "")
            + (one.error.map { ": " + style.warning($0) } ?? "")
    }

    /// A bar where the stage lies in the request.
    private func stage(_ stage: Request.Stage, of request: Request) -> String {
        let whole = Double(max(request.latencyNs, 1))
        let from = Double(stage.startNs - min(request.startNs, stage.startNs)) / whole
        let start = min(Int(from * Double(Self.barWidth)), Self.barWidth - 1)
        let bar = style.bar(Double(stage.ns) / whole, of: Self.barWidth, padded: false)
        let line = String(repeating: " ", count: start) + String(bar.prefix(Self.barWidth - start))
        return
            "    \(padLeft(Figures.duration(stage.ns), 10)) \(padLeft(Figures.share(stage.ns, of: request.latencyNs), 8))  "
            + style.layer(stage.layer, pad(line, Self.barWidth)) + "  " + style.layer(stage.layer, stage.stage)
    }
}
