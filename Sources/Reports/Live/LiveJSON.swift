import FoundationEssentials
import TraceFormat

/// An interval as a line of JSON: what `dmflow live --format jsonl` prints. Keys are those of a report where they mean the same.
public struct LiveJSON {
    private let encoder = JSONEncoder()

    /// What its lines begin with, as `schema`.
    public static let schema = "dmflow.live/1"

    /// For any number of intervals.
    public init() { encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes] }

    /// The line, with a newline at its end.
    public func line(_ interval: LiveInterval) throws -> String {
        printableJSON(String(decoding: try encoder.encode(Line(interval)), as: UTF8.self)) + "\n"
    }

    fileprivate struct Line: Encodable {
        let schema = LiveJSON.schema
        let interval: Int
        let startNs: UInt64
        let endNs: UInt64
        let lengthNs: UInt64
        /// Of its end, since 1970.
        @NullWhenAbsent var endTimeNs: UInt64?
        let isLast: Bool
        @NullWhenAbsent var requests: Requests?
        @NullWhenAbsent var paths: [Path]?
        @NullWhenAbsent var calls: Calls?
        @NullWhenAbsent var troubles: [LiveTrouble]?
        let lostEvents: Int
        let uncountedLosses: Int
        let lateEvents: Int
        let recorderCpuNs: UInt64
        let recorderSpanNs: UInt64
    }

    fileprivate struct Requests: Codable, Equatable, Sendable {
        let seen: Int
        let joined: Int
        let unjoined: [Report.Requests.Reason]
        let failed: Int
        let retried: Int
        let busyDispatches: Int
        let bytes: UInt64
        let requestsPerSecond: Double
        let bytesPerSecond: Double
        let inFlight: Int
        @NullWhenAbsent var oldestInFlightNs: UInt64?
        let latency: Report.RequestLatency
        let maps: [Map]
        let stages: [Report.Requests.Stage]
        let layers: [Report.Requests.Layer]
    }

    fileprivate struct Map: Codable, Equatable, Sendable {
        @NullWhenAbsent var map: String?
        let bytes: UInt64
        let requestsPerSecond: Double
        let bytesPerSecond: Double
        let inFlight: Int
        @NullWhenAbsent var oldestInFlightNs: UInt64?
        let latency: Report.RequestLatency
    }

    fileprivate struct Path: Codable, Equatable, Sendable {
        @NullWhenAbsent var map: String?
        @NullWhenAbsent var group: Int?
        @NullWhenAbsent var device: String?
        @NullWhenAbsent var devno: String?
        @NullWhenAbsent var hctl: String?
        @NullWhenAbsent var session: String?
        @NullWhenAbsent var portal: String?
        @NullWhenAbsent var target: String?
        let tries: Int
        let failed: Int
        let rejected: Int
        let retries: Int
        let bytes: UInt64
        let triesPerSecond: Double
        let inFlight: Int
        @NullWhenAbsent var oldestInFlightNs: UInt64?
        let latency: Report.RequestLatency
    }

    fileprivate struct Calls: Codable, Equatable, Sendable {
        let calls: Int
        let layers: [Report.Layer]
        let roots: [Root]
    }

    fileprivate struct Root: Codable, Equatable, Sendable {
        let function: String
        @NullWhenAbsent var module: String?
        let fragment: Bool
        let calls: Int
        let latency: Report.RequestLatency
    }
}

extension LiveJSON.Line {
    fileprivate init(_ interval: LiveInterval) {
        let rows = LiveRows(interval)
        self.init(
            interval: interval.number, startNs: interval.startNs, endNs: interval.endNs, lengthNs: interval.lengthNs,
            endTimeNs: interval.clock.time(of: interval.endNs), isLast: interval.isLast,
            requests: interval.requests.map { .init($0, interval, rows.maps) },
            paths: interval.requests == nil ? nil : rows.paths.map { .init($0, interval) },
            calls: interval.calls.map(LiveJSON.Calls.init), troubles: interval.troubles,
            lostEvents: interval.lost.events, uncountedLosses: interval.lost.uncounted,
            lateEvents: interval.lateEvents, recorderCpuNs: interval.cpuNs,
            recorderSpanNs: interval.cpuSpanNs)
    }
}

extension LiveJSON.Requests {
    fileprivate init(_ summary: RequestSummary, _ interval: LiveInterval, _ maps: [LiveRows.Map]) {
        let report = Report.Requests(summary)
        let bytes = summary.maps.reduce(0 as UInt64) { $0.addingSaturated($1.bytes) }
        self.init(
            seen: summary.seen, joined: summary.joined, unjoined: report.unjoined, failed: summary.failed,
            retried: summary.retried, busyDispatches: summary.busyDispatches, bytes: bytes,
            requestsPerSecond: interval.tenths(Double(summary.joined)), bytesPerSecond: interval.tenths(Double(bytes)),
            inFlight: interval.underWay.all.count, oldestInFlightNs: interval.age(interval.underWay.all),
            latency: report.latency, maps: maps.map { .init($0, interval) }, stages: report.stages,
            layers: report.layers)
    }
}

extension LiveJSON.Map {
    fileprivate init(_ map: LiveRows.Map, _ interval: LiveInterval) {
        self.init(
            map: map.name, bytes: map.bytes, requestsPerSecond: interval.tenths(Double(map.latency.count)),
            bytesPerSecond: interval.tenths(Double(map.bytes)), inFlight: map.underWay.count,
            oldestInFlightNs: interval.age(map.underWay), latency: .init(map.latency))
    }
}

extension LiveJSON.Path {
    fileprivate init(_ row: LiveRows.Path, _ interval: LiveInterval) {
        let (facts, path) = (row.facts, row.sums)
        self.init(
            map: facts.map, group: facts.group, device: facts.device, devno: facts.devno, hctl: facts.hctl,
            session: facts.session, portal: facts.portal, target: facts.target, tries: path?.tries ?? 0,
            failed: path?.failed ?? 0, rejected: path?.rejected ?? 0, retries: path?.retries ?? 0,
            bytes: path?.bytes ?? 0, triesPerSecond: interval.tenths(Double(path?.tries ?? 0)),
            inFlight: row.underWay.count, oldestInFlightNs: interval.age(row.underWay),
            latency: .init(path?.latency ?? Histogram()))
    }
}

extension LiveJSON.Calls {
    fileprivate init(_ totals: CallTotals) {
        self.init(
            calls: totals.layers.reduce(0) { $0.addingSaturated($1.calls) },
            layers: LiveRows.layers(totals).map {
                Report.Layer(layer: $0.layer, calls: $0.calls, selfNs: $0.selfNs, totalNs: $0.totalNs)
            },
            roots: LiveRows.roots(totals).map {
                LiveJSON.Root(
                    function: $0.function, module: $0.module, fragment: $0.fragment, calls: $0.latency.count,
                    latency: .init($0.latency))
            })
    }
}

extension LiveInterval {
    /// So often a second, to a tenth.
    fileprivate func tenths(_ count: Double) -> Double { (rate(count) * 10).rounded() / 10 }
}
