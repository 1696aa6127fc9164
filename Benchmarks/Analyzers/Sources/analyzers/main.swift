import Glibc
import GraphParser
import Reports

/// Counts the requests that were issued, by device.
final class Issues: Analyzer {
    let interest = Interest.events("block_*", "scsi_*", "iscsi_*")
    private(set) var counts: [BlockDevice: Int] = [:]
    private(set) var events = 0
    private var device: EventField?

    func begin(_ trace: TraceContext) { device = trace.field("dev", of: "block_rq_issue") }

    func take(_ batch: TraceBatch) -> Demand {
        for event in batch.events {
            events += 1
            if let device = device?.device(event) { counts[device, default: 0] += 1 }
        }
        return .more
    }
}

// analyzers report|events|both FILE, or report-times|requests-times FILE TIMES: a small trace, often enough to forget the start
let (mode, path) = (CommandLine.arguments[1], CommandLine.arguments[2])
if mode.hasSuffix("-times") {
    for _ in 0..<Int(CommandLine.arguments[3])! {
        let requests: [any Analyzer] = mode == "requests-times" ? [RequestAnalyzer()] : []
        try TraceFile.read(path, into: [SummaryBuilder(map: .builtin)] + requests)
    }
    exit(0)
}
let (issues, report) = (Issues(), SummaryBuilder(map: .builtin))
let analyzers: [any Analyzer] = mode == "report" ? [report] : mode == "events" ? [issues] : [report, issues]
let reading = try TraceFile.read(path, into: analyzers)
print(
    reading.counts.records, "records,", issues.events, "events,",
    issues.counts.sorted { $0.key.minor < $1.key.minor }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
