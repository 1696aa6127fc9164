public import GraphParser
import TraceFormat

/// How a list of requests looks.
public enum RequestFormat: String, CaseIterable, Sendable {
    /// A table for reading.
    case text
    /// A line of JSON for each.
    case jsonl
    /// Comma-separated values with a heading.
    case csv
    /// The stages of each, one below the other.
    case waterfall
}

/// Lists the requests of a trace while it is read. Used on the thread that reads the trace.
public final class RequestListing: Analyzer {
    private let filter: RequestFilter
    private let format: RequestFormat
    private let style: Style
    private let sink: OutputSink
    private let analyzer: RequestAnalyzer
    private let state = State()

    private final class State {
        var take: ((Request) throws -> Void)?
    }

    private var names = PathNames()
    private var origin: UInt64?
    private var held: [Request] = []
    /// What is asked for by a name that nothing has had yet: no request, be it admitted or not, and nothing of the topology.
    public private(set) var unknown = Set(RequestFilter.Name.allCases)
    /// Requests that the filter admits, and those of them that were listed.
    public private(set) var admitted = 0
    /// How many have been listed.
    public private(set) var listed = 0

    /// - Parameters:
    ///   - filter: which requests, in which order. In any but that of their ends they are held in memory, as many as are listed.
    ///   - format: as which each is written.
    ///   - style: of the text; JSON lines and CSV have none.
    ///   - sink: where they are written.
    public init(_ filter: RequestFilter, as format: RequestFormat, style: Style, to sink: OutputSink) {
        (self.filter, self.format, self.style, self.sink) = (filter, format, style, sink)
        analyzer = RequestAnalyzer { [state] in try state.take?($0) }
        state.take = { [unowned self] in try take($0) }
    }

    /// What a request can ask for, by the names that lists have for it.
    public static let operations = RequestOperation.allCases.map(\.rawValue)

    /// What requests are made of.
    public var interest: Interest { analyzer.interest }

    /// Looks the fields of the events up.
    public func begin(_ trace: TraceContext) { analyzer.begin(trace) }

    private var lines: RequestLines { RequestLines(names: names, style: style, origin: origin ?? 0) }

    private func writeHead() throws {
        switch format {
        case .text: try sink.write(lines.head + "\n")
        case .csv: try sink.write(RequestCSV.head)
        case .jsonl, .waterfall: break
        }
    }

    /// Lists what has ended.
    public func take(_ batch: TraceBatch) throws -> Demand { try analyzer.take(batch) }

    private func take(_ request: Request) throws {
        let origin = self.origin ?? analyzer.origin ?? request.startNs
        self.origin = origin
        // Commands tell where their disks are.
        names = analyzer.pathNames
        if !unknown.isEmpty { unknown = unknown.filter { !filter.admits(request, names, by: $0) } }
        guard filter.admits(request, names, origin: origin) else { return }
        admitted += 1
        guard let comesBefore = filter.comesBefore else {
            if let limit = filter.limit, listed >= limit { return }
            return try write(request)
        }
        held.append(request)
        // Now and then, so that adding one costs little.
        if let limit = filter.limit, held.count / 2 >= max(limit, 512) {
            held.sort(by: comesBefore)
            held.removeSubrange(limit...)
        }
    }

    /// Lists what had to wait for the others.
    public func finish(_ end: TraceEnd) throws {
        try analyzer.finish(end)
        // One that had nothing to do is there all the same.
        if let map = filter.map, names.isKnown(map: map) { unknown.remove(.map) }
        if let path = filter.path, names.isKnown(path: path) { unknown.remove(.path) }
        if let comesBefore = filter.comesBefore {
            held.sort(by: comesBefore)
            for request in held.prefix(filter.limit ?? held.count) { try write(request) }
        }
        // A program that reads values expects a heading where there are requests, though none was admitted; but no answer where what it
        // asked for is not there.
        let isRefused = origin != nil && !unknown.isEmpty
        if listed == 0, format == .csv, analyzer.hasRequests, !isRefused { try writeHead() }
    }

    /// What the requests come to, listed or not; nil if the trace has none.
    public func summary(source: TraceSource) -> RequestSummary? { analyzer.summary(source: source) }

    /// The request that was listed last; nil if none was.
    public private(set) var last: Request?

    private func write(_ request: Request) throws {
        last = request
        if listed == 0 { try writeHead() }
        listed += 1
        switch format {
        case .text: try sink.write(style.shown(lines.line(request)) + "\n")
        case .waterfall: try sink.write((listed > 1 ? "\n" : "") + style.shown(lines.waterfall(request)) + "\n")
        case .jsonl: try sink.write(RequestJSON(names).line(request))
        case .csv: try sink.write(RequestCSV(names: names).line(request))
        }
    }
}
