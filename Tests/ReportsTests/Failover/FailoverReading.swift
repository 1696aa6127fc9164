import TestSupport
import TraceFormat

@testable import GraphParser
@testable import Reports

/// What is told of the failovers of an invented trace: two maps of two paths each, over a session each.
struct FailoverReading {
    let summary: FailoverSummary?
    var incidents: [Incident] { summary?.incidents ?? [] }

    /// - Parameters:
    ///   - topology: as the file tells it; by default ``paths()``.
    ///   - batch: events that the analyzers are given at once; nil for as many as the reader has.
    init(_ script: RequestScript, topology: Topology? = paths(), batch: Int? = nil) throws {
        let requests = RequestAnalyzer()
        let failover = FailoverAnalyzer(requests)
        let reading = try RequestReading.read(
            script.text, InventedRequest.requestSize, "mono", RequestReading.Rebatched(Both(failover, requests), batch),
            topology: topology)
        summary = failover.summary(source: reading.source)
    }

    /// Both in one pass, in the order that they have to have.
    private final class Both: Analyzer {
        let (first, second): (any Analyzer, any Analyzer)
        var interest: Interest { Interest(losses: true, events: first.interest.events + second.interest.events) }

        init(_ first: any Analyzer, _ second: any Analyzer) { (self.first, self.second) = (first, second) }

        func begin(_ trace: TraceContext) throws {
            try first.begin(trace)
            try second.begin(trace)
        }

        func take(_ batch: TraceBatch) throws -> Demand {
            _ = try first.take(batch)
            return try second.take(batch)
        }

        func finish(_ end: TraceEnd) throws {
            try first.finish(end)
            try second.finish(end)
        }
    }

    /// mpatha with sda and sdb (sessions 1 and 2), mpathb with sdc and sdd (3 and 4), each disk on a host of its number, counted from 0.
    static func paths(queues: Bool = false, states: [String: String] = [:]) -> Topology {
        let maps = ["a", "b"].enumerated().map { number, letter in
            var map = Topology.Map(
                name: "mpath\(letter)", device: "dm-\(number)", devno: "253:\(number)", sectors: 1 << 20)
            map.features = queues ? ["queue_if_no_path"] : []
            var group = Topology.Group(number: 1, state: "active", selector: "queue-length")
            group.paths = (0...1).map { path(2 * number + $0, states) }
            map.groups = [group]
            return map
        }
        var multipathd = Topology.Multipathd()
        (multipathd.pollingIntervalSeconds, multipathd.maxPollingIntervalSeconds) = (5, 20)
        return Topology(maps: maps, multipathd: multipathd)
    }

    private static func path(_ number: Int, _ states: [String: String]) -> Topology.Path {
        let name = "sd" + ["a", "b", "c", "d"][number]
        var path = Topology.Path(device: name, devno: "8:\(16 * number)", state: states[name] ?? "active")
        path.hctl = "\(number):0:0:1"
        path.commandTimeoutSeconds = 30
        var session = Topology.ISCSISession(sid: number + 1)
        session.portal = "10.0.0.\(number + 1):3260"
        (session.recoveryTimeout, session.nopIntervalSeconds, session.nopTimeoutSeconds) = (.seconds(5), 2, 3)
        path.iscsi = session
        return path
    }
}

extension RequestScript {
    /// Adds an event of a probe, with its fields: `conn_failure sid=2 error=1022`.
    mutating func add(_ event: String, at seconds: Double, tid: Int32 = 77) {
        let name = event.prefix { $0 != " " }
        let isTracepoint =
            ["console", "sched_switch", "sched_waking"].contains { $0 == name } || name.hasPrefix("scsi_")
        add(
            String(name),
            (isTracepoint && name != "scsi_sense" ? "" : "(ffffffffc067a200) ") + event.dropFirst(name.count + 1),
            at: UInt64(seconds * 1e9), tid: tid)
    }

    /// Adds a request that goes straight through, from a time on, in a millisecond.
    mutating func read(_ number: Int, on disk: Int, at seconds: Double, map: Int = 0) {
        let request = InventedRequest(number).with { ($0.disk, $0.map) = (16 * disk, map) }
        add(request, InventedRequest.light, from: UInt64(seconds * 1e9), every: 100_000)
    }
}
