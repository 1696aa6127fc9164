import TraceFormat

/// Requests as lines of a table, and as waterfalls.
struct RequestLines {
    let names: PathNames
    let style: Style
    /// When the first of all began: times are told from then on.
    let origin: UInt64

    /// Of the columns.
    var head: String { table.head }

    func line(_ request: Request) -> String { table.line(request) }

    private var isWide: Bool { style.columns >= 112 }

    private var table: TextTable<Request> {
        TextTable(
            [
                .init("id", isWide ? 8 : 6) { String($0.id) },
                .init("at", isWide ? 10 : 9) { Figures.duration($0.startNs - min(origin, $0.startNs)) },
                .init("latency", isWide ? 13 : 10) { Figures.duration($0.latencyNs) },
                .init("until data", 11, from: 92) { $0.untilDataNs.map(Figures.duration) ?? "-" },
                .init("  operation", isWide ? 13 : 9, isLeft: true) { "  " + $0.operation },
                .init("size", 8) { Figures.size(UInt64($0.bytes)) },
                .init("sector", 13, from: 112) { $0.sector.map { " \($0)" } ?? "-" },
                .init("  path", isWide ? 18 : 12, isLeft: true) { "  " + ($0.isAmbiguous ? "~" : "") + path($0) },
            ], last: .init("longest stage", 0, layer: { longest($0)?.layer }) { longestText($0) }, wraps: false,
            style: style)
    }

    /// `sda`, or with several tries `sda! sdb`: the first failed.
    private func path(_ request: Request) -> String {
        request.tries.map { one in
            (one.disk.map(names.disk) ?? "-") + (one.isRejected ? "?" : one.error != nil ? "!" : "")
                + (one.rounds.count > 1 ? "*\(one.rounds.count)" : "")
        }.joined(separator: " ")
    }

    private func longest(_ request: Request) -> Request.Stage? { request.stages.max { $0.ns < $1.ns } }

    /// A request is one line: on a narrow terminal stages of long names, which stand for several, are cut.
    private func longestText(_ request: Request) -> String {
        let error = request.error.map { "  \($0)" } ?? ""
        guard let stage = longest(request) else { return error }
        let time = Figures.duration(stage.ns)
        let room = isWide ? .max : max(style.columns - table.indent - time.count - 1 - error.count, 8)
        let name = stage.stage.count > room ? stage.stage.prefix(room - 1) + "~" : stage.stage
        return "\(time) \(name)\(error)"
    }

    // MARK: Waterfalls

    func waterfall(_ request: Request) -> String {
        var lines = [title(request)]
        let names = request.stages.map(\.stage.count).max() ?? 0
        let width = min(max(style.columns - Self.beside - names, 12), 60)
        var number = 0
        for one in request.tries {
            number += 1
            if request.tries.count > 1 || one.error != nil { lines.append(tryTitle(one, number)) }
            for (round, stages) in one.rounds.enumerated() {
                if one.rounds.count > 1 { lines.append(style.dim("    round \(round + 1) of \(one.rounds.count)")) }
                lines += stages.stages.map { stage($0, of: request, width: width) }
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

    /// Columns of a stage's line that are neither bar nor name.
    private static let beside = 27

    /// A bar where the stage lies in the request.
    private func stage(_ stage: Request.Stage, of request: Request, width: Int) -> String {
        let whole = Double(max(request.latencyNs, 1))
        let from = Double(stage.startNs - min(request.startNs, stage.startNs)) / whole
        let start = min(Int(from * Double(width)), width - 1)
        let bar = style.bar(Double(stage.ns) / whole, of: width, padded: false)
        let line = String(repeating: " ", count: start) + String(bar.prefix(width - start))
        return
            "    \(padLeft(Figures.duration(stage.ns), 10)) \(padLeft(Figures.share(stage.ns, of: request.latencyNs), 8))  "
            + style.layer(stage.layer, pad(line, width)) + "  " + style.layer(stage.layer, stage.stage)
    }
}
