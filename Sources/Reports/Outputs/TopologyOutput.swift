import GraphParser

/// The multipath maps of the recorded machine.
struct TopologyOutput: OutputFormat {
    let name = "topology"
    let help = "multipath maps, paths and their timers when the trace was recorded, as multipath -ll shows them"
    let needsSummary = false
    let readers = OutputReaders.people

    /// Keeps nothing. That it wants events makes a trace of events alone one, too.
    private final class Events: Analyzer {
        let interest = Interest.events("*")
        func take(_ batch: TraceBatch) -> Demand { .more }
    }

    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { Events() }

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        guard let topology = results.topology else {
            return try sink.write("no multipath maps: the machine had none, or the trace does not tell of them\n")
        }
        let style = results.options.style
        try sink.write(style.shown(TopologyText(topology, style: style).render()))
    }
}
