import GraphParser

/// The call trees, written as they come: memory follows those that are open, not the trace.
struct TreeOutput: OutputFormat {
    let name = "tree"
    let help = "all call trees, as dmflow tree draws them"
    let needsSummary = false
    let readers = OutputReaders.people

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { Drawing(options, sink) }

    private final class Drawing: Analyzer {
        private let assembler: TreeAssembler
        private let listing: Listing

        /// What is drawn, and where.
        private final class Listing {
            var trees: TreeListing
            let sink: OutputSink

            init(_ trees: TreeListing, _ sink: OutputSink) { (self.trees, self.sink) = (trees, sink) }
        }

        init(_ options: OutputOptions, _ sink: OutputSink) {
            let renderer = TreeRenderer(map: options.map, style: options.layerStyle, limits: .init())
            let listing = Listing(TreeListing(renderer, style: options.layerStyle, thresholdNs: 0), sink)
            assembler = TreeAssembler(
                onTree: { tree in
                    listing.trees.add(tree, to: &sink.bytes)
                    try sink.pass()
                },
                onLoss: { listing.trees.addLoss(cpu: $0.cpu, count: $0.count) })
            self.listing = listing
        }

        var interest: Interest { assembler.interest }
        func begin(_ trace: TraceContext) { assembler.begin(trace) }
        func take(_ batch: TraceBatch) throws -> Demand { try assembler.take(batch) }

        func finish(_ end: TraceEnd) throws {
            listing.trees.finish(&listing.sink.bytes)
            try listing.sink.flush()
        }
    }
}
