import ArgumentParser
import GraphParser
import Reports

/// `dmflow tree`: the call trees as the kernel draws them, or merged.
struct TreeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract:
            "Draw the call trees of a trace: each as function_graph does, merged, or the slowest beside the usual.",
        discussion: """
            Trees are drawn in the order in which their roots ended, from a pipe as they end. What the limits hide is summed \
            up in its place. With --merged, --callers, --callees or --pick, only calls that are complete are in the figures.
            """
                + Examples([
                    "Trees that took a millisecond or longer, of dm's functions":
                        "dmflow tree io.dat --root 'dm_*' --slower-than 1ms",
                    "All as one, without what is small":
                        "dmflow tree io.dat --merged --threshold 100us",
                    "Who takes a lock":
                        "dmflow tree io.dat --callers mutex_lock",
                    "The slowest beside the usual one":
                        "dmflow tree io.dat --pick slowest:5 --root dm_mq_queue_rq",
                    "What one request called":
                        "dmflow tree io.dat --request 17",
                    "As they end":
                        "cat /sys/kernel/tracing/trace_pipe | dmflow tree -",
                ]).text)

    @OptionGroup var trace: TraceOptions
    @OptionGroup var filter: TreeFilterOptions

    @OptionGroup var pager: PagerOption

    @Option(help: ArgumentHelp("Draw this many levels.", valueName: "levels"))
    var depth: Int?

    @Option(
        help: ArgumentHelp(
            "Leave out calls shorter than this: 500us, 1ms; merged, what took less in all. A bare number is microseconds.",
            valueName: "time"),
        transform: Quantity.microsecondsOrNone)
    var threshold: UInt64 = 0

    @Flag(
        help:
            "Draw all trees as one: for each way of calling count, times in all, of its own, mean and 99th percentile.")
    var merged = false

    @Option(
        help: ArgumentHelp(
            "Draw who calls this function, in which ways, how often and how long: a name or glob.",
            valueName: "function"))
    var callers: String?

    @Option(
        help: ArgumentHelp(
            "Draw what this function calls, wherever it is called: a name or glob.", valueName: "function"))
    var callees: String?

    @Option(
        help: ArgumentHelp(
            """
            Draw single trees of each root beside what is usual: median, slowest, slowest:5, fastest:5, or 17 for the 17th; \
            what is unlike the usual is marked.
            """, valueName: "which"),
        completion: .list(["median", "slowest", "slowest:5", "fastest", "fastest:5"]),
        transform: TreeCommand.pick)
    var pick: TreePick?

    @Option(
        help: ArgumentHelp(
            "The order of merged calls: total (time in all), self, count, p99, name or first (as they were called first).",
            valueName: "order"))
    var sort: TreeOrder?

    @Flag(help: "Draw events of other kinds, too, in the calls that they happened in.")
    var events = false

    @Option(
        help: ArgumentHelp(
            "Draw what this request called, by its number in dmflow requests: its stages, then each tree that it came by.",
            valueName: "id"))
    var request: Int?

    @Option(
        help: ArgumentHelp(
            "Draw only the trees of the time of this incident, by its number in dmflow failover.", valueName: "id"))
    var incident: Int?

    func validate() throws {
        if incident != nil, request != nil { throw ValidationError("--request and --incident cannot both be given") }
        if incident != nil { try trace.mustBeFile(for: "--incident") }
        if let depth, depth < 1 { throw ValidationError("--depth must be at least 1") }
        if request != nil, filter.areGiven {
            throw ValidationError("--request excludes --root and what else chooses trees")
        }
        let views = [
            (merged, "--merged"), (callers != nil, "--callers"), (callees != nil, "--callees"), (pick != nil, "--pick"),
            (request != nil, "--request"),
        ].filter(\.0).map(\.1)
        if views.count > 1 { throw ValidationError("\(views[0]) and \(views[1]) cannot both be given") }
        if events, let view = views.first, view != "--request" {
            throw ValidationError("--events draws trees as they were, not \(view)")
        }
        if sort != nil, views.isEmpty || request != nil {
            throw ValidationError("--sort is for --merged, --callers, --callees and --pick")
        }
        if request != nil { try trace.mustBeFile(for: "--request") }
        if filter.path != nil { try trace.mustBeFile(for: "--path") }
        if pick != nil { try trace.mustBeFile(for: "--pick") }
    }

    private static func pick(_ text: String) throws -> TreePick {
        if let pick = TreePick(text) { return pick }
        throw ValidationError(
            "'\(text)' picks no tree; write median, slowest, slowest:5, fastest:5 or the number of a tree, up to \(TreePick.most) at once"
        )
    }

    func run() throws {
        try reporting {
            // What goes on is shown as it comes.
            if !trace.isStream { pager.use() }
            if let request { return try draw(request) }
            let map = try trace.layerMap()
            var filter = try filter.filter(trace, map)
            if let incident {
                let found = try trace.incident(incident, of: trace.failovers().summary)
                filter.during = found.startNs...found.endNs
            }
            let views = TreeViews(
                trace: trace, options: self.filter, filter: filter, map: map,
                limits: OutlineText.Limits(depth: depth, thresholdNs: threshold))
            if let callers { return try views.callers(of: callers, by: sort ?? .total) }
            if let callees { return try views.callees(of: callees, by: sort ?? .total) }
            if let pick { return try views.single(pick, by: sort ?? .first) }
            if merged { return try views.merged(by: sort ?? .total) }
            try list(filter, map)
        }
    }

    /// All trees as they come.
    private func list(_ filter: TreeFilter, _ map: LayerMap) throws {
        let style = Style.ofStandardOutput(trace.color).colored(by: map)
        let limits = TreeRenderer.Limits(depth: depth, thresholdNs: threshold)
        var listing = TreeListing(
            TreeRenderer(map: map, style: style, limits: limits), style: style, thresholdNs: limits.thresholdNs)
        let output = trace.isStream ? OutputSink(size: 1, to: emit) : OutputSink.standardOutput()
        let trees = SelectedTrees(
            filter, map: map, events: events ? ["*"] : [],
            onTree: { tree in
                listing.add(tree, to: &output.bytes)
                try output.pass()
            }, onLoss: { listing.addLoss(cpu: $0.cpu, count: $0.count) })
        let reading: TraceReading
        do { reading = try trace.read(into: [trees], printing: true, asItComes: true) } catch let error as TraceError {
            // What was drawn before the trace turned out to be damaged is printed, too.
            try output.flush()
            throw error
        }
        listing.finish(&output.bytes)
        try output.flush()
        try self.filter.check(trees, reading, trace.name)
        summarize(reading.counts)
        summarize(outside: trees.eventsOutside)
        try trace.checkStrict(reading)
    }

    // MARK: A request

    private func draw(_ id: Int) throws {
        let map = try trace.layerMap()
        let style = Style.ofStandardOutput(trace.color).colored(by: map)
        let request = try find(id, style)
        let finder = RequestTrees(request, events: events ? ["*"] : [])
        let reading = try trace.read(into: [finder])
        let trees = finder.trees
        guard !trees.isEmpty else {
            throw Failure(
                message:
                    "\(trace.name): no call tree of request \(id) was recorded; record the graph beside the requests: "
                    + "dmflow capture")
        }
        let limits = TreeRenderer.Limits(depth: depth, thresholdNs: threshold)
        var listing = TreeListing(
            TreeRenderer(map: map, style: style, limits: limits), style: style, thresholdNs: limits.thresholdNs)
        let output = OutputSink.standardOutput()
        try output.write("\n")
        for tree in trees {
            listing.add(tree, to: &output.bytes)
            try output.pass()
        }
        listing.finish(&output.bytes)
        try output.flush()
        summarize(reading.counts)
        try trace.checkStrict(reading)
    }

    /// The request, whose waterfall is printed.
    private func find(_ id: Int, _ style: Style) throws -> Request {
        let output = OutputSink.standardOutput()
        var filter = RequestFilter()
        filter.id = id
        let listing = RequestListing(filter, as: .waterfall, style: style, to: output)
        let reading = try trace.read(into: [listing])
        try output.flush()
        if let found = listing.last { return found }
        guard let summary = listing.summary(source: reading.source) else {
            throw Failure(
                message: "\(trace.name): no requests of multipath devices in it; record with dmflow capture")
        }
        throw Failure(
            message: "\(trace.name): no request \(id) among the \(summary.joined) of \(summary.seen) that are joined; "
                + "dmflow requests lists them")
    }

    /// On standard error, so that it does not mix with the trees.
    private func summarize(_ counts: TraceCounts) {
        if let doubts = TextReport.doubts(counts) { printError("\(trace.name): \(doubts)") }
    }

    private func summarize(outside count: Int) {
        guard count > 0 else { return }
        printError("\(trace.name): events of other kinds outside of all calls, which are not drawn: \(count)")
    }
}

extension TreeOrder: ExpressibleByArgument {}
