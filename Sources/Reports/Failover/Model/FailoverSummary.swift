import GraphParser
import TraceFormat

/// What happened to the paths of a trace, or of several: its incidents. Merges as a ``Summary`` does.
public struct FailoverSummary: Codable, Equatable, Sendable {
    /// In the order in which they began, trace by trace.
    public var incidents: [Incident]
    /// Signs of incidents beyond those that are kept.
    public var further: Int
    /// Requests that stood still, of no incident: tried again with nothing else the matter, or without an answer at the end.
    public var strayStalls: Int
    /// The latency of the longest of them, in ns.
    public var longestStrayNs: UInt64
    /// Failures of sessions that no path is known of, so that they are in no incident.
    public var unplaced: Int
    /// How long was looked at, in ns: from the first to the last event, over all traces.
    public var lookedAtNs: UInt64

    init(incidents: [Incident]) {
        self.incidents = incidents
        (further, strayStalls, longestStrayNs, unplaced, lookedAtNs) = (0, 0, 0, 0, 0)
    }

    init(_ watch: FailoverWatch, _ clock: WallClock, source: TraceSource) {
        var watch = watch
        for wait in watch.daemon.unfinished(at: watch.lastTime) { watch.waited(wait) }
        let view = IncidentView(watch, clock, source: source.path)
        incidents = watch.log.all.enumerated().map { view.incident($1, id: $0 + 1) }
        (further, strayStalls, longestStrayNs) = (watch.log.further, watch.strayStalls, watch.longestStray)
        unplaced = watch.unplaced + (watch.unnamedFailure == nil ? 0 : 1)
        lookedAtNs = watch.lastTime - min(watch.firstTime ?? 0, watch.lastTime)
    }

    /// Those of both.
    func merged(with other: FailoverSummary) -> FailoverSummary {
        var merged = self
        // Of one trace that was summed up in parts, every part has them all.
        let new = other.incidents.filter { !incidents.contains($0) }
        merged.incidents = (incidents + new).sorted { ($0.source, $0.id) < ($1.source, $1.id) }
        merged.further += other.further
        merged.strayStalls += other.strayStalls
        merged.unplaced += other.unplaced
        merged.longestStrayNs = max(longestStrayNs, other.longestStrayNs)
        merged.lookedAtNs = lookedAtNs.addingSaturated(other.lookedAtNs)
        return merged
    }
}
