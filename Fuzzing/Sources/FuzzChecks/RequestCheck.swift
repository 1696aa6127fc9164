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
}

/// Checks what the analyzer of requests makes of a batch.
///
/// - Returns: the requests, and what they come to.
@discardableResult
func expectRequests(_ batches: [TraceBatch], _ context: TraceContext, _ source: TraceSource) -> (
    requests: [Request], summary: RequestSummary?
) {
    var requests: [Request] = []
    let analyzer = RequestAnalyzer { requests.append($0) }
    do {
        analyzer.begin(context)
        for batch in batches { _ = try analyzer.take(batch) }
        try analyzer.finish(TraceEnd(source: source, counts: TraceCounts(), isWhole: true))
    } catch {
        expect(false, "\(error)")
    }
    for request in requests { expectWhole(request) }
    let summary = analyzer.summary(source: source)
    guard let summary else {
        expect(requests.isEmpty, "requests without a summary")
        return ([], nil)
    }
    let unjoined = summary.unjoined.reduce(0) { $0 + $1.count }
    expect(summary.seen == summary.joined + unjoined, "requests are dropped silently")
    expect(summary.isSound, "a summary that no trace has: \(summary)")
    return (requests, summary)
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

private func joined(_ text: [UInt8], knowsSize: Bool, piecewise: Bool) -> (
    requests: [Request], summary: RequestSummary?
) {
    let names = TraceNames()
    let types = EventTypes(RequestAnalyzer().interest, isText: true)
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
    let context = TraceContext(kind: .text, names: names, types: types, recording: recording)
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

private func requestText(_ bytes: [UInt8]) -> String {
    var (text, time) = ("cpus=4\n", 1_000_000_000)
    for start in stride(from: 0, to: bytes.count - 4, by: 5) {
        let event = requestEvents[Int(bytes[start]) % requestEvents.count]
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
            "P": String(8 * (more >> 2 & 3)), "E": String(more >> 4),
        ]
        // Now and then, back.
        time += bytes[start + 3] < 250 ? Int(bytes[start + 3]) : -3
        let fraction = String(String(1_000_000_000 + time % 1_000_000_000).dropFirst())
        text += "a-\(1 + Int(bytes[start + 4]) % 3) [000] \(time / 1_000_000_000).\(fraction): "
        text += filled(event, values) + "\n"
    }
    return text
}

/// The event's fields with values in place of the letters that stand alone.
private func filled(_ event: String, _ values: [Character: String]) -> String {
    let name = event.prefix { $0 != ":" }
    let fields = event.dropFirst(name.count).split(separator: " ", omittingEmptySubsequences: false).map { word in
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
