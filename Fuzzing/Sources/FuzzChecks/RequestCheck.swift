import TraceFormat

@testable import GraphParser
@testable import Reports

/// Makes a text of events of requests of `bytes`, five for each event, and joins them, at once and event by event.
public func checkRequests(_ bytes: [UInt8]) {
    let text = Array(requestText(bytes).utf8)
    let knowsSize = bytes.count % 3 > 0
    let whole = joined(text, knowsSize: knowsSize, piecewise: false)
    let pieces = joined(text, knowsSize: knowsSize, piecewise: true)
    expect(whole.requests == pieces.requests && whole.summary == pieces.summary, "event by event it is something else")
    expect(whole.failover == pieces.failover, "event by event there are other incidents")
}

/// What requests and failovers are told from.
let eventsOfRequests = RequestAnalyzer().interest.events + FailoverAnalyzer(RequestAnalyzer()).interest.events

/// What there is of requests.
struct JoinedRequests {
    var requests: [Request] = []
    var summary: RequestSummary?
    var failover: FailoverSummary?
}

/// Checks what the analyzers of requests and failovers make of batches.
@discardableResult
func expectRequests(_ batches: [TraceBatch], _ context: TraceContext, _ source: TraceSource) -> JoinedRequests {
    var requests: [Request] = []
    let analyzer = RequestAnalyzer { requests.append($0) }
    let failover = FailoverAnalyzer(analyzer)
    do {
        failover.begin(context)
        analyzer.begin(context)
        for batch in batches {
            _ = try failover.take(batch)
            _ = try analyzer.take(batch)
        }
        try analyzer.finish(TraceEnd(source: source, counts: TraceCounts(), isWhole: true))
    } catch {
        expect(false, "\(error)")
    }
    for request in requests { expectWhole(request) }
    let summary = analyzer.summary(source: source)
    let incidents = failover.summary(source: source)
    incidents.map(expectIncidents)
    guard let summary else {
        expect(requests.isEmpty, "requests without a summary")
        return JoinedRequests(failover: incidents)
    }
    let unjoined = summary.unjoined.reduce(0) { $0 + $1.count }
    expect(summary.seen == summary.joined + unjoined, "requests are dropped silently")
    expect(summary.isSound, "a summary that no trace has: \(summary)")
    return JoinedRequests(requests: requests, summary: summary, failover: incidents)
}

/// The owners of each stall have all of it, and a summary keeps all.
private func expectIncidents(_ failover: FailoverSummary) {
    for incident in failover.incidents {
        for stall in incident.stalls {
            expect(stall.parts.reduce(0) { $0 &+ $1.ns } == stall.ns, "the owners do not have the stall: \(stall)")
        }
        expect(incident.startNs <= incident.endNs, "an end before the beginning: \(incident)")
        expect(incident.stalled >= incident.stalls.count && incident.events.count <= 512, "more than there was")
    }
    var summary = Summary()
    summary.failover = failover
    expect((try? Summary(json: Array(summary.json().utf8), path: "-")) == summary, "written and read it is another")
    _ = FailoverText(failover, style: .plain).render()
}

/// The stages of a request lie one behind the other, and are its latency.
private func expectWhole(_ request: Request) {
    var time = request.startNs
    for one in request.tries {
        expect(!one.rounds.isEmpty, "a try without a round: \(request)")
        for round in one.rounds {
            expect(round.startNs == time && !round.stages.isEmpty, "a round in another place: \(request)")
            for stage in round.stages {
                expect(stage.startNs == time, "a stage in another place: \(request)")
                time &+= stage.ns
            }
        }
    }
    expect(time == request.startNs &+ request.latencyNs, "the stages are not the latency: \(request)")
    expect(request.untilDataNs ?? 0 <= request.latencyNs, "data after the end: \(request)")
}

private func joined(_ text: [UInt8], knowsSize: Bool, piecewise: Bool) -> JoinedRequests {
    let names = TraceNames()
    let types = EventTypes(Interest(losses: true, events: eventsOfRequests), isText: true)
    var reader = TextReader(names: names, types: types)
    reader.feed(whole: text.span, piece: .max)
    reader.finish()
    var events = EventBatch()
    reader.takeOutput(into: &events)
    var builder = StackBuilder(
        names: names, lossesAreMarked: TextSource.lossesAreMarked, instances: SourceNames.instances, types: types)
    builder.take(events.events.span, payload: events.payload, slowPathOnly: false)
    builder.finish()
    var batch = TraceBatch()
    builder.moveOutput(to: &batch, payload: events.payload)
    var recording = RecordingStats()
    recording.requestSize = knowsSize ? 16 : nil
    let context = TraceContext(
        path: "fuzz", kind: .text, names: names, types: types, recording: recording, topology: paths)
    let source = TraceSource(
        path: "-", kind: .text, identity: .init(), machineCPUs: nil, cpusWithEvents: nil, hasTimes: true,
        recording: nil,
        notes: [])
    return expectRequests(piecewise ? single(batch) : [batch], context, source)
}

/// The same with one event in each batch, and each loss with the event that it is over before.
private func single(_ batch: TraceBatch) -> [TraceBatch] {
    let times = batch.events.map(\.time)
    var place = 0
    var losses: [Int: [Loss]] = [:]
    for loss in batch.losses {
        let told = loss.time ?? 0
        while place < times.count - 1, (times[place] ?? 0) <= told { place += 1 }
        losses[place, default: []].append(loss)
    }
    return batch.events.rows.indices.map { row in
        var one = batch
        one.events.rows = [batch.events.rows[row]]
        one.losses = losses[row] ?? []
        return one
    }
}

/// Each event by its number: `R` is dm's request, `C` the clone, `S` the command behind it, `T` the initiator's task, `I` its tag, `P` a
/// place, `E` a small number.
private let requestEvents = [
    "dm_dispatch: rq=R sector=P bytes=512 flags=E queued=E major=253 minor=0 bio=B",
    "dm_dispatch: rq=R sector=P bytes=512 flags=0 major=253 minor=0", "dm_clone: clone=C rq=R major=8 minor=E",
    "scsi_queue: clone=C", "iscsi_queue: sc=S",
    "scsi_dispatch_cmd_start: host_no=2 channel=0 id=0 lun=0 cmnd=(READ_10 lba=P raw=28)",
    "iscsi_xmit: task=T sc=S itt=I conn=0x9000", "iscsi_xmit: task=T itt=I conn=0x9000", "iscsi_sent: status=E",
    "iscsi_header: conn=0x9000 itt=I", "iscsi_response: conn=0x9000 opcode=0x21 itt=I", "iscsi_done: task=T sc=S",
    "scsi_end: sc=S result=E", "scsi_complete: clone=C", "block_rq_complete: 253,0 R () P + 1 [0]",
    "clone_end: clone=C error=E",
    "dm_done: rq=R", "dm_verdict: clone=C error=E", "rq_end: rq=R error=E", "dm_requeue: tio=R delay=0",
    "rq_requeue: rq=R",
    "scsi_requeue: sc=S reason=0x1057", "scsi_timer: rq=C", "bio_queue: bio=B", "bio_merge: rq=R bio=B",
    "bio_end: bio=B",
    "block_rq_issue: 253,0 R 512 () P + 1 [a]", "block_rq_issue: 8,0 R 512 () P + 1 [a]",
    "block_rq_remap: 8,0 R P + 1 <- (253,0) P 1",
    "block_rq_complete: 8,0 R () P + 1 [0]", "block_rq_complete: 253,0 R () P + 0 [0]",
    "block_rq_requeue: 8,0 R () P + 1 [0]",
    "block_bio_queue: 253,0 R P + 1 [a]",
    "scsi_dispatch_cmd_done: host_no=2 channel=0 id=0 lun=0 cmnd=(READ_10 lba=P raw=28)",
    "CPU:0 [LOST 3 EVENTS]",
]

/// The same of failovers: `D` is a disk's number.
private let failoverEvents = [
    "path_event: type=E path=\"8:D\" valid=E", "path_event: type=0 path=\"8:D\" valid=0", "path_failed: path=\"8:D\"",
    "path_reinstated: path=\"8:D\"", "conn_failure: conn=0x9000 sid=D error=1022",
    "conn_failure: conn=0x9000 error=1020",
    "session_block: work=0x1 sid=D", "session_unblock: work=0x1 sid=D", "session_timeout: work=0x1 sid=D",
    "iscsi_ping: conn=0x9000 sid=D asked=0", "device_state: host=D channel=0 id=0 lun=0 state=E",
    "scsi_dispatch_cmd_timeout: host_no=D channel=0 id=0 lun=0", "eh_queued: sc=S host=D channel=0 id=0 lun=0",
    "eh_abort: work=0x1 host=D channel=0 id=0 lun=0", "eh_over: list=0x1", "scsi_timer: rq=C",
    "scsi_sense: sc=S host=D channel=0 id=0 lun=0 sense=E code=E", "pg_init_done: path=\"8:D\" error=E",
    "mp_message: argc=1 command=\"fail_if_no_path\" argument=\"8:D\"",
    "console: connectionD:0: detected conn error (1022)",
    "console: sd D:0:0:0: rejecting I/O",
    "sched_switch: prev_comm=multipathd prev_pid=D prev_prio=1 prev_state=D ==> next_comm=a next_pid=1 next_prio=1",
    "sched_switch: prev_comm=a prev_pid=1 prev_prio=1 prev_state=R ==> next_comm=multipathd next_pid=D next_prio=1",
]

/// A map of two paths.
private let paths: Topology = {
    var map = Topology.Map(name: "a", device: "dm-0", devno: "253:0", sectors: 1)
    var group = Topology.Group(number: 1, state: "active", selector: "queue-length")
    group.paths = [0, 1].map { number in
        var path = Topology.Path(device: "sd\(number)", devno: "8:\(number)", state: "active")
        path.hctl = "\(number):0:0:0"
        var session = Topology.ISCSISession(sid: number)
        (session.recoveryTimeout, session.nopIntervalSeconds, session.nopTimeoutSeconds) = (.seconds(5), 2, 3)
        path.iscsi = session
        return path
    }
    map.groups = [group]
    return Topology(maps: [map])
}()

private func requestText(_ bytes: [UInt8]) -> String {
    var (text, time) = ("cpus=4\n", 1_000_000_000)
    for start in stride(from: 0, to: bytes.count - 4, by: 5) {
        // The threads' numbers are three, so that this byte has room.
        let events = bytes[start + 4] < 200 ? requestEvents : failoverEvents
        let event = events[Int(bytes[start]) % events.count]
        if event.hasPrefix("CPU") {
            text += event + "\n"
            continue
        }
        // Few objects, so that they meet.
        let (pointers, more) = (Int(bytes[start + 1]), Int(bytes[start + 2]))
        let clone = 0x2000 + 0x40 * (pointers >> 2 & 3)
        let values: [Character: String] = [
            "R": hex(0x1000 + 0x40 * (pointers & 3)), "C": hex(clone), "S": hex(clone + 16),
            "T": hex(0x3000 + 0x40 * (pointers >> 4 & 3)), "I": hex(pointers >> 6),
            "B": hex(0x4000 + 0x40 * (more & 3)),
            "P": String(8 * (more >> 2 & 3)), "E": String(more >> 4), "D": String(pointers >> 2 & 1),
        ]
        // Now and then, back.
        time += bytes[start + 3] < 250 ? Int(bytes[start + 3]) : bytes[start + 3] < 253 ? 3_000_000_000 : -3
        let fraction = String(String(1_000_000_000 + time % 1_000_000_000).dropFirst())
        text += "a-\(1 + Int(bytes[start + 4]) % 3) [000] \(time / 1_000_000_000).\(fraction): "
        text += filled(event, values) + "\n"
    }
    return text
}

/// The event's fields with values in place of the letters that stand alone.
private func filled(_ event: String, _ values: [Character: String]) -> String {
    let name = event.prefix { $0 != ":" }
    let fields = event.dropFirst(name.count).split(separator: " ", omittingEmptySubsequences: false).map {
        word -> String in
        // A disk is also a part of a word.
        if let disk = values["D"], word.hasSuffix(":D\"") { return "\(word.dropLast(2))\(disk)\"" }
        if let disk = values["D"], word.hasSuffix("D:0:") || word.hasSuffix("D:0:0:0:") {
            return String(word.replacing("D", with: disk))
        }
        let parts = word.split(separator: "=", omittingEmptySubsequences: false)
        // The `R` of a block event is a read.
        guard let last = parts.last, last.count == 1, parts.count == 2 || last == "P", let value = values[last.first!]
        else {
            return String(word)
        }
        return parts.dropLast().map { $0 + "=" }.joined() + value
    }
    return name + fields.joined(separator: " ")
}

private func hex(_ value: Int) -> String { "0x" + String(value, radix: 16) }
