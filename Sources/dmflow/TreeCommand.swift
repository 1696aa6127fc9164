import ArgumentParser
import GraphParser
import Reports

/// `dmflow tree`: the call trees as the kernel draws them.
struct TreeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Draw the call trees of a trace as function_graph does, with the layers coloured.",
        discussion:
            "Trees are drawn in the order in which their roots ended. What the limits hide is summed up in its place.")

    @OptionGroup var trace: TraceOptions

    @Option(help: ArgumentHelp("Draw this many levels.", valueName: "levels"))
    var depth: Int?

    @Option(
        help: ArgumentHelp(
            "Leave out calls shorter than this: 500us, 1ms. A bare number is microseconds.", valueName: "time"),
        transform: Quantity.microsecondsOrNone)
    var threshold: UInt64 = 0

    @Option(help: ArgumentHelp("Draw the trees of this root only. Can be given again.", valueName: "function"))
    var root: [String] = []

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
        if request != nil, !root.isEmpty { throw ValidationError("--request and --root cannot both be given") }
        if request != nil { try trace.mustBeFile(for: "--request") }
    }

    func run() throws {
        try reporting {
            if let request { return try draw(request) }
            let map = try trace.layerMap()
            let style = Style.ofStandardOutput(trace.color).colored(by: map)
            let limits = TreeRenderer.Limits(depth: depth, thresholdNs: threshold)
            let renderer = TreeRenderer(map: map, style: style, limits: limits)
            let listing = TreeListing(renderer, style: style, thresholdNs: limits.thresholdNs)
            let time = try incident.map { try trace.incident($0, of: trace.failovers().summary) }
            let drawing = Drawing(listing, roots: Set(root), during: time.map { $0.startNs...$0.endNs })
            let assembler = TreeAssembler(
                events: events ? ["*"] : [], onTree: drawing.take, onLoss: drawing.takeLoss)
            let reading = try drawing.reading { try trace.read(into: [assembler], printing: true) }
            try drawing.finish()
            summarize(reading.counts)
            summarize(outside: assembler.eventsOutside)
            try trace.checkStrict(reading)
        }
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

    /// Prints the trees as they come, those that were asked for. Where that fails the reading ends.
    private final class Drawing {
        private var listing: TreeListing
        private let output = OutputSink.standardOutput()
        private let roots: Set<String>
        /// When trees have to have been; nil for any time.
        private let time: ClosedRange<UInt64>?
        private var names = TraceNames()
        /// By root: whether it was asked for.
        private var asked: [FunctionID: Bool] = [:]
        private var hasFound = false
        /// Those of `roots` that the trace has.
        private var found: Set<String> = []
        /// Roots that were not asked for, to suggest one of them.
        private var others: Set<FunctionID> = []

        init(_ listing: TreeListing, roots: Set<String>, during time: ClosedRange<UInt64>?) {
            self.listing = listing
            (self.roots, self.time) = (roots, time)
        }

        func take(_ tree: CallTree) throws {
            names = tree.names
            if let time, !tree.root.isWithin(time) { return }
            guard roots.isEmpty || isAsked(tree.root.function) else {
                others.insert(tree.root.function)
                return
            }
            hasFound = true
            listing.add(tree, to: &output.bytes)
            try output.pass()
        }

        /// Reads, and prints what was drawn before the trace turned out to be damaged, too.
        func reading<Reading>(_ read: () throws -> Reading) throws -> Reading {
            do { return try read() } catch let error as TraceError {
                try output.flush()
                throw error
            }
        }

        func takeLoss(_ loss: Loss) { listing.addLoss(cpu: loss.cpu, count: loss.count) }

        private func isAsked(_ id: FunctionID) -> Bool {
            if let known = asked[id] { return known }
            // By any of its names, also as reports print it.
            let function = names[id]
            let names = roots.intersection([function.name, function.baseName, function.description])
            found.formUnion(names)
            asked[id] = !names.isEmpty
            return !names.isEmpty
        }

        func finish() throws {
            listing.finish(&output.bytes)
            try output.flush()
            let missing = roots.subtracting(found)
            if hasFound, !missing.isEmpty {
                printError("no tree of the trace begins with \(missing.sorted().joined(separator: ", "))")
            }
            guard hasFound || roots.isEmpty else {
                let known = others.map { names[$0].name }.sorted()
                let nearest = roots.count == 1 ? Suggestion.question(roots.first!, known) : ""
                throw Failure(
                    message: "no tree of the trace begins with \(roots.sorted().joined(separator: ", ")); "
                        + nearest + "dmflow report names its roots")
            }
        }
    }
}

extension Call {
    /// Whether any of it was at that time.
    fileprivate func isWithin(_ time: ClosedRange<UInt64>) -> Bool {
        guard let from = start ?? endTime else { return false }
        return from <= time.upperBound && (endTime ?? from + min(duration ?? 0, .max - from)) >= time.lowerBound
    }
}
