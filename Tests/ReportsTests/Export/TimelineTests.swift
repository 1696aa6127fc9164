import GraphParser
import TestSupport
import Testing

@testable import Reports

/// Takes what is drawn, and holds it to what viewers need.
private final class CheckingWriter: TimelineWriter {
    private struct Line {
        var open: [(start: UInt64, end: UInt64?)] = []
        /// By depth: when the last slice ended.
        var lastEnds: [UInt64] = []
        var isOver = false
    }

    let labels: Labels
    private var lines: [Int: Line] = [:]
    private var declared: Set<Int> = []
    private(set) var faults: [String] = []
    /// Of complete calls, by function.
    private(set) var calls: [String: (count: Int, ns: UInt64, selfNs: UInt64)] = [:]
    private(set) var inDoubt = 0
    private(set) var requests = 0
    /// Calls that are drawn shorter than they were, or longer.
    private(set) var cut = 0

    init(_ labels: Labels) { self.labels = labels }

    func begin(_ capture: TimelineCapture) {}
    func declare(_ group: TimelineGroup) {
        if !declared.insert(group.id).inserted { faults.append("declared twice: \(group)") }
    }

    func declare(_ track: TimelineTrack) {
        if !declared.contains(track.group) { faults.append("no group: \(track)") }
        declared.insert(track.id)
    }

    func begin(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64, end: UInt64?) {
        if !declared.contains(track.id) { faults.append("no track: \(track)") }
        var line = lines[track.id] ?? Line()
        let depth = line.open.count
        if line.isOver && depth == 0 { faults.append("behind what had not ended: \(labels[event.name])") }
        while line.lastEnds.count <= depth { line.lastEnds.append(0) }
        if time < line.lastEnds[depth] { faults.append("overlaps at \(time): \(labels[event.name])") }
        if let outer = line.open.last {
            if time < outer.start { faults.append("before its caller: \(labels[event.name])") }
            if let outerEnd = outer.end, end.map({ $0 > outerEnd }) ?? true {
                faults.append("reaches out: \(labels[event.name])")
            }
        }
        if let end, end < time { faults.append("ends before it begins: \(labels[event.name])") }
        line.open.append((time, end))
        lines[track.id] = line
        if labels[event.category] == "request" { requests += 1 }
        count(event, end.map { $0 - time })
    }

    func end(on track: TimelineTrack, at time: UInt64) {
        guard let slice = lines[track.id]?.open.popLast() else { return faults.append("ends twice") }
        if slice.end != time { faults.append("ends at \(time), not at \(slice.end.map(String.init) ?? "no time")") }
        let depth = lines[track.id]!.open.count
        lines[track.id]!.lastEnds[depth] = time
        lines[track.id]!.lastEnds.removeSubrange((depth + 1)...)
    }

    func instant(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64) {
        if !declared.contains(track.id) { faults.append("no track: \(track)") }
        count(event, 0)
    }

    private func count(_ event: TimelineEvent, _ drawnNs: UInt64?) {
        var numbers: [String: UInt64] = [:]
        var confidence: String?
        for argument in event.arguments {
            if case .number(let number) = argument.value { numbers[labels[argument.name]] = number }
            if case .label(let label) = argument.value, labels[argument.name] == "confidence" {
                confidence = labels[label]
            }
        }
        guard let confidence else { return }
        guard confidence == "complete" else {
            inDoubt += 1
            return
        }
        let name = labels[event.name]
        let isUntimed = name.hasSuffix(" (untimed)")
        let function = isUntimed ? String(name.dropLast(" (untimed)".count)) : name
        let before = calls[function] ?? (0, 0, 0)
        if numbers["durationNs"] != nil { cut += 1 }
        let ns = isUntimed ? 0 : numbers["durationNs"] ?? drawnNs ?? 0
        calls[function] = (before.count + 1, before.ns + ns, before.selfNs + (numbers["selfNs"] ?? 0))
    }

    /// Those that were begun and not ended.
    var unfinished: Int { lines.values.reduce(0) { $0 + $1.open.count } }
}

private struct Checked: OutputFormat {
    let name = "checked"
    let help = "what is drawn"
    let check: @Sendable (CheckingWriter, Report) -> Void
    private let box = Box()

    private final class Box: @unchecked Sendable { var writer: CheckingWriter? }

    init(_ check: @escaping @Sendable (CheckingWriter, Report) -> Void) { self.check = check }

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? {
        TimelineAnalyzer(options.map) {
            let writer = CheckingWriter($0)
            box.writer = writer
            return writer
        }
    }

    func render(_ results: OutputResults, to sink: OutputSink) throws { check(box.writer!, results.report) }
}

@Suite struct TimelineTests {
    static let fixtures =
        Fixtures.traces + [
            "6.1/requests-graph.dat.xz", "5.10/requests-splits.dat.xz", "6.12/requests-depth2.dat.xz",
            "6.1/failover-all-queueing.dat.xz", "6.1/requests-bio.dat.xz",
        ]

    /// Slices nest and do not overlap, whatever the trace; all calls are drawn, and complete ones add up to what the report has.
    @Test(arguments: fixtures) func slicesNestAndAddUp(fixture: String) throws {
        try Self.draw(Fixtures.path(fixture)) { writer, report in
            #expect(writer.faults.isEmpty)
            let counts = report.counts
            #expect(writer.inDoubt == counts.open + counts.orphans + counts.lossy)
            #expect(writer.unfinished <= counts.open)
            var sums: [String: (count: Int, ns: UInt64, selfNs: UInt64)] = [:]
            for row in report.functions {
                let before = sums[row.function] ?? (0, 0, 0)
                sums[row.function] = (before.count + row.calls, before.ns + row.totalNs, before.selfNs + row.selfNs)
            }
            #expect(Set(sums.keys) == Set(writer.calls.keys))
            for (function, sum) in sums { #expect(writer.calls[function].map { $0 == sum } ?? false, "\(function)") }
            #expect(writer.requests == report.requests?.joined ?? 0)
        }
    }

    /// Interrupts, user space and tasks that migrate, in all forms of text, cut anywhere.
    @Test(arguments: SyntheticTrace.Order.allCases) func inventedSlicesNest(order: SyntheticTrace.Order) throws {
        var random = SeededRandom(seed: 7)
        for seed in 0..<40 as Range<UInt64> {
            let trace = SyntheticTrace(seed: seed, tasks: 4, cpus: 2, steps: 150, order: order)
            // Without any column, half a text is nothing that is known for a trace.
            var any = TextForm.random(using: &random)
            any.context = true
            let form = any
            let text = Array(trace.text(form).utf8)
            let cut = Int.random(in: text.count / 2...text.count, using: &random)
            let file = try TemporaryFile(Array(text.prefix(cut)))
            try Self.draw(file.path) { writer, report in
                #expect(writer.faults.isEmpty, "seed \(seed), \(form)")
                #expect(writer.calls.values.reduce(0) { $0 + $1.count } == report.counts.calls, "seed \(seed), \(form)")
            }
        }
    }

    /// Durations are the kernel's and none had to be cut, where they are not rounded.
    @Test(arguments: [
        "6.1/requests-graph.dat.xz", "6.12/requests-graph.dat.xz", "5.10/requests-graph.dat.xz", "6.1/io.dat",
    ])
    func noCallIsCut(fixture: String) throws {
        try Self.draw(Fixtures.path(fixture)) { writer, report in #expect(writer.cut == 0 && report.counts.calls > 100)
        }
    }

    private static func draw(_ path: String, _ check: @escaping @Sendable (CheckingWriter, Report) -> Void) throws {
        let pass = OutputPass([.init(Checked(check), to: OutputSink { _ in })], map: .builtin)
        let reading = try TraceFile.read(path, into: pass.analyzers)
        try pass.finish(source: reading.source, counts: reading.counts)
    }
}
