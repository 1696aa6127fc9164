public import ArgumentParser
import GraphParser
public import Reports

/// `dmflow requests`: each I/O to a multipath device, from dm to the wire and back.
struct RequestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "List the requests of a trace: latency, path, tries, and the stages that they are made of.",
        discussion: """
            A request is one I/O to a multipath device, from its first bio to its end, over several tasks. The trace \
            needs the flow requests: `dmflow capture`, or `dmflow capture --light` on a busy host.

            The table shows the slowest first; a path is followed by ! where it failed, ? where it did not take the request, and \
            *N where SCSI sent the command N times.
            """
                + Examples([
                    "The twenty slowest":
                        "dmflow requests io.dat",
                    "Slow ones on one path":
                        "dmflow requests io.dat --path sdb --min-latency 5ms",
                    "Where one request was when":
                        "dmflow requests io.dat --id 17 --format waterfall",
                    "All of them for another program":
                        "dmflow requests io.dat --format jsonl > requests.jsonl",
                ]).text)

    @OptionGroup var trace: TraceOptions

    @OptionGroup var pager: PagerOption

    @Option(
        help: ArgumentHelp(
            "How the list looks: text, jsonl (a line of JSON each), csv, or waterfall (the stages of each).",
            valueName: "format"))
    var format = RequestFormat.text

    @Option(
        help: ArgumentHelp(
            """
            The order: latency (longest first), start, end, size (largest first) or sector. By default latency for reading, \
            and end for jsonl and csv, which needs no memory.
            """, valueName: "order"))
    var sort: RequestFilter.Order?

    @Option(
        help: ArgumentHelp(
            "List so many; 20 by default for reading, all for jsonl and csv. 0 lists all.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Only this request, by its number.", valueName: "id"))
    var id: Int?

    @Option(help: ArgumentHelp("Only requests to this map: its name or device number.", valueName: "map"))
    var map: String?

    @Option(
        help: ArgumentHelp(
            "Only requests that were tried on this path: sda, 8:0 or 2:0:0:1.", valueName: "path"))
    var path: String?

    @Option(
        help: ArgumentHelp(
            "Only this operation: \(RequestListing.operations.joined(separator: ", ")).", valueName: "operation"),
        completion: .list(RequestListing.operations))
    var operation: String?

    @Option(
        help: ArgumentHelp("Only requests of this size or larger: 64K.", valueName: "size"),
        transform: Quantity.bytes)
    var minSize: Int?

    @Option(
        help: ArgumentHelp("Only requests of this size or smaller.", valueName: "size"), transform: Quantity.bytes)
    var maxSize: Int?

    @Option(
        help: ArgumentHelp(
            "Only requests that took so long or longer: 5ms. A bare number is microseconds.", valueName: "time"),
        transform: Quantity.microsecondsOrNone)
    var minLatency: UInt64?

    @Option(
        help: ArgumentHelp("Only requests that took so long or less.", valueName: "time"),
        transform: Quantity.microsecondsOrNone)
    var maxLatency: UInt64?

    @Option(
        help: ArgumentHelp(
            "Only requests that began so long after the first one or later: 1.5s. A bare number is seconds.",
            valueName: "time"), transform: Quantity.secondsOrNone)
    var from: UInt64?

    @Option(
        help: ArgumentHelp("Only requests that began so long after the first one or earlier.", valueName: "time"),
        transform: Quantity.secondsOrNone)
    var to: UInt64?

    @Option(
        help: ArgumentHelp("Only requests from this task: its number or name.", valueName: "task"))
    var task: String?

    @Flag(help: "Only requests that failed, or that were tried or sent more than once.")
    var troubled = false

    @Option(
        help: ArgumentHelp(
            "Only requests that this incident held up, by its number in dmflow failover.", valueName: "id"))
    var incident: Int?

    func validate() throws {
        if incident != nil { try trace.mustBeFile(for: "--incident") }
        if let limit, limit < 0 { throw ValidationError("--limit takes numbers from 0") }
        if let operation, !RequestListing.operations.contains(operation) {
            throw ValidationError(Suggestion.unknown("operation", operation, known: RequestListing.operations))
        }
        if let minSize, let maxSize, minSize > maxSize { throw ValidationError("--min-size is above --max-size") }
        if let minLatency, let maxLatency, minLatency > maxLatency {
            throw ValidationError("--min-latency is above --max-latency")
        }
        if let from, let to, from > to { throw ValidationError("--from is behind --to") }
    }

    func run() throws {
        try reporting {
            if isForReading { pager.use() }
            let style = Style.ofStandardOutput(trace.color).colored(by: try trace.layerMap())
            let sink = OutputSink.standardOutput()
            var filter = filter
            if let incident {
                filter.ids = Set(try trace.incident(incident, of: trace.failovers().summary).stalledIDs)
            }
            let listing = RequestListing(filter, as: format, style: style, to: sink)
            // In any order but that of their ends, they are printed when all have been read.
            let reading = try trace.read(into: [listing], printing: filter.order == .end)
            try Pager.tolerating { try sink.flush() }
            try say(listing, reading)
            try trace.checkStrict(reading, listing.summary(source: reading.source))
        }
    }

    private var isForReading: Bool { format == .text || format == .waterfall }

    private var filter: RequestFilter {
        var filter = RequestFilter()
        (filter.map, filter.path, filter.operation, filter.task) = (map, path, operation, task)
        filter.bytes = (minSize ?? 0)...(maxSize ?? .max)
        filter.latencyNs = (minLatency ?? 0)...(maxLatency ?? .max)
        filter.startNs = (from ?? 0)...(to ?? .max)
        (filter.id, filter.onlyTroubled) = (id, troubled)
        filter.order = sort ?? (isForReading ? .latency : .end)
        filter.limit = limit.map { $0 == 0 ? nil : $0 } ?? (isForReading ? 20 : nil)
        return filter
    }

    /// On standard error: what was not listed, and what was not joined.
    private func say(_ listing: RequestListing, _ reading: TraceReading) throws {
        let summary = listing.summary(source: reading.source)
        if let doubts = TextReport.doubts(reading.counts) { printError("\(trace.name): \(doubts)") }
        for note in reading.source.notes { printError("\(trace.name): \(note)") }
        guard let summary else {
            throw Failure(
                message: "\(trace.name): no requests of multipath devices in it; record with dmflow capture --light")
        }
        for line in RequestFacts(summary).lines { printError("\(trace.name): \(line)") }
        if summary.joined > 0 { try checkNames(listing, summary) }
        if listing.listed < listing.admitted {
            printError(
                "\(trace.name): \(listing.listed) of \(listing.admitted) requests are listed; --limit 0 lists all")
        }
        if listing.admitted == 0, summary.joined > 0 {
            printError("\(trace.name): none of \(summary.joined) requests is as asked for")
        }
    }

    /// - Throws: ``Failure`` if what is asked for by a name is not there.
    private func checkNames(_ listing: RequestListing, _ summary: RequestSummary) throws {
        let all = "the \(summary.joined) of \(summary.seen) requests that are joined"
        for name in RequestFilter.Name.allCases where listing.unknown.contains(name) {
            let what =
                switch name {
                case .id: "no request \(id ?? 0) among \(all); dmflow requests lists them"
                case .map: "none of \(all) is to the map \(map ?? ""); dmflow report names the maps"
                case .path: "none of \(all) was tried on \(path ?? ""); dmflow report names the paths"
                case .task: "none of \(all) is of the task \(task ?? ""); dmflow requests --format jsonl names them"
                }
            throw Failure(message: "\(trace.name): \(what)")
        }
    }
}

extension RequestFormat: ExpressibleByArgument {}
extension RequestFilter.Order: ExpressibleByArgument {}
