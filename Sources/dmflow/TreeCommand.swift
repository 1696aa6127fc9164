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

    @Option(help: ArgumentHelp("Leave out calls shorter than this many microseconds.", valueName: "us"))
    var threshold: Double = 0

    @Option(help: ArgumentHelp("Draw the trees of this root only. Can be given again.", valueName: "function"))
    var root: [String] = []

    @Flag(help: "Draw events of other kinds, too, in the calls that they happened in.")
    var events = false

    func validate() throws {
        if let depth, depth < 1 { throw ValidationError("--depth must be at least 1") }
        guard threshold >= 0, threshold < 1e15 else { throw ValidationError("--threshold must be at least 0") }
    }

    func run() throws {
        try reporting {
            let names = TraceNames()
            let style = Style.ofStandardOutput(trace.color)
            let limits = TreeRenderer.Limits(depth: depth, thresholdNs: UInt64(threshold * 1000))
            let renderer = TreeRenderer(names: names, map: try trace.layerMap(), style: style, limits: limits)
            let listing = TreeListing(renderer, style: style, thresholdNs: limits.thresholdNs)
            let drawing = Drawing(listing, names: names, roots: Set(root))
            let others = events ? OtherEvents() : nil
            let assembler = TreeAssembler(others: others, onTree: drawing.take, onLoss: drawing.takeLoss)
            let reading = try trace.read(names, into: assembler, others: others, printing: true)
            try drawing.finish()
            summarize(reading.counts)
            summarize(outside: reading.consumer.othersOutside)
            try trace.checkStrict(reading.counts)
        }
    }

    /// On standard error, so that it does not mix with the trees.
    private func summarize(_ counts: TraceCounts) {
        if let doubts = TextReport.doubts(counts) { complain("\(trace.name): \(doubts)") }
    }

    private func summarize(outside count: Int) {
        guard count > 0 else { return }
        complain("\(trace.name): events of other kinds outside of all calls, which are not drawn: \(count)")
    }

    /// Prints the trees as they come; the first error stops the printing and is thrown at the end.
    private final class Drawing {
        private var listing: TreeListing
        private let names: TraceNames
        private let roots: Set<String>
        private var hasFound = false
        private var failure: (any Error)?

        init(_ listing: TreeListing, names: TraceNames, roots: Set<String>) {
            self.listing = listing
            self.names = names
            self.roots = roots
        }

        func take(_ tree: CallTree) {
            guard roots.isEmpty || isAsked(names[tree.root.function]) else { return }
            hasFound = true
            print(listing.add(tree))
        }

        func takeLoss(cpu: Int, count: Int?) { listing.addLoss(cpu: cpu, count: count) }

        private func print(_ text: String) {
            guard failure == nil, !text.isEmpty else { return }
            do { try emit(text) } catch { failure = error }
        }

        /// By any of its names, also as reports print it.
        private func isAsked(_ function: Function) -> Bool {
            [function.name, function.baseName, function.description].contains(where: roots.contains)
        }

        func finish() throws {
            print(listing.finish())
            if let failure { throw failure }
            guard hasFound || roots.isEmpty else {
                throw Failure(
                    message: "no tree of the trace begins with \(roots.sorted().joined(separator: ", ")); "
                        + "dmflow report names its roots")
            }
        }
    }
}
