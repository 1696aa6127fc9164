import TestSupport
import TraceFormat

@testable import GraphParser
@testable import Reports

/// What the analyzer of requests makes of an invented trace.
struct RequestReading {
    private(set) var requests: [Request] = []
    let summary: RequestSummary?

    /// - Parameters:
    ///   - requestSize: as a recording of dmflow tells it; nil as of a text that somebody sent.
    ///   - clock: the trace clock's name.
    ///   - batch: events that the analyzer is given at once; nil for as many as the reader has.
    init(
        _ text: String, requestSize: UInt64? = InventedRequest.requestSize, clock: String? = nil, batch: Int? = nil
    ) throws {
        let taken = Taken()
        let analyzer = RequestAnalyzer { taken.requests.append($0) }
        let reading = try Self.read(text, requestSize, clock, Rebatched(analyzer, batch))
        requests = taken.requests
        summary = analyzer.summary(source: reading.source)
    }

    init(_ script: RequestScript, requestSize: UInt64? = InventedRequest.requestSize, clock: String? = nil) throws {
        try self.init(script.text, requestSize: requestSize, clock: clock)
    }

    /// Reads a text into an analyzer, as if it were a recording of dmflow's.
    @discardableResult static func read(
        _ text: String, _ requestSize: UInt64?, _ clock: String?, _ analyzer: any Analyzer, topology: Topology? = nil
    ) throws -> TraceReading {
        let file = try TemporaryFile(Array(text.utf8))
        let (names, analyzers) = (TraceNames(), AnalyzerSet([analyzer]))
        let types = EventTypes(analyzers.events, isText: true)
        var (identity, recording) = (TraceIdentity(), RecordingStats())
        (identity.clock, recording.requestSize) = (clock, requestSize)
        let context = TraceContext(
            path: file.path, kind: .text, names: names, types: types, identity: identity, recording: recording,
            topology: topology)
        let source = TextSource(file: try InputFile(path: file.path), names: names, types: types)
        return try TraceFile.read(source, context, types, analyzers) { _ in }
    }

    private final class Taken {
        var requests: [Request] = []
    }

    /// Hands batches on in pieces.
    final class Rebatched: Analyzer {
        let analyzer: any Analyzer
        let size: Int?
        var interest: Interest { analyzer.interest }

        init(_ analyzer: any Analyzer, _ size: Int?) { (self.analyzer, self.size) = (analyzer, size) }

        func begin(_ trace: TraceContext) throws { try analyzer.begin(trace) }

        func take(_ batch: TraceBatch) throws -> Demand {
            guard let size else { return try analyzer.take(batch) }
            var rest = batch
            for start in stride(from: 0, to: batch.events.rows.count, by: size) {
                rest.events.rows = Array(batch.events.rows.dropFirst(start).prefix(size))
                _ = try analyzer.take(rest)
                rest.losses = []
            }
            return .more
        }

        func finish(_ end: TraceEnd) throws { try analyzer.finish(end) }
    }

    // MARK: As text

    /// Each request in the order of their ends: `1 read at 8 | 8:0: dm queue 10, path choice 5`.
    var outlines: [String] { requests.map(\.outline) }

    /// See ``Request/isWhole``; and nothing is dropped silently.
    var areWhole: Bool {
        let unjoined = summary?.unjoined.reduce(0) { $0 + $1.count } ?? 0
        return requests.allSatisfy { $0.isWhole } && summary?.joined ?? 0 == requests.count
            && summary?.seen ?? 0 == requests.count + unjoined
    }

    /// Why the others were not joined.
    var unjoined: [String: Int] {
        Dictionary(uniqueKeysWithValues: (summary?.unjoined ?? []).map { ($0.name, $0.count) })
    }
}

extension Request {
    /// `1 read at 8 error | 8:0 error: dm queue 10, path choice 5 / scsi retry 7`, a bar before each try, a stroke between rounds.
    var outline: String {
        let head = "\(id) \(operation)" + (sector.map { " at \($0)" } ?? "") + (error.map { " \($0)" } ?? "")
        return head + tries.map { " | " + $0.outline }.joined()
            + (stoodIn.isEmpty ? "" : " [not seen: \(stoodIn.joined(separator: ", "))]")
    }

    /// Whether it is what all requests are: its stages lie one behind the other, and are its latency.
    var isWhole: Bool {
        var time = startNs
        for one in tries {
            for round in one.rounds {
                if round.stages.isEmpty || round.startNs != time { return false }
                for stage in round.stages {
                    if stage.startNs != time { return false }
                    time += stage.ns
                }
            }
            if one.rounds.isEmpty { return false }
        }
        return time == startNs + latencyNs && stages.reduce(0) { $0 + $1.ns } == latencyNs
            && (untilDataNs ?? 0) <= latencyNs && tries.allSatisfy { $0.startNs >= startNs && $0.startNs <= time }
    }
}

extension Request.Try {
    fileprivate var outline: String {
        let path = disk.map { "\($0.major):\($0.minor)" } ?? "-"
        return path + (error.map { " \($0)" } ?? "") + (timeouts > 0 ? " timer \(timeouts)" : "") + ": "
            + rounds.map { $0.stages.map { "\($0.stage) \($0.ns)" }.joined(separator: ", ") }.joined(separator: " / ")
    }
}
