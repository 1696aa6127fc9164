import GraphParser
import TraceFormat

/// Draws what a trace holds as slices on tracks, while it is read: calls on their tasks' tracks, requests on their maps', losses on their
/// CPUs'. Memory follows the open trees, the distinct names and the tracks, not the trace.
final class TimelineAnalyzer: TreeTaker, RequestTaker {
    let interest = Interest(losses: true)

    private let labels = Labels()
    private let numbers = TrackNumbers()
    private let writer: any TimelineWriter
    private let tasks: TaskTracks
    private let untimed: TaskTracks
    private let calls: CallTracks
    private let requests: RequestTracks
    private var capture: TimelineCapture?
    private var losses: (group: TimelineGroup, tracks: [Int: TimelineTrack])?
    private var first: UInt64?

    /// - Parameters:
    ///   - labels: what the writer was made with.
    ///   - map: tells the layers of functions.
    init(_ map: LayerMap, _ makeWriter: (Labels) -> any TimelineWriter) {
        writer = makeWriter(labels)
        tasks = TaskTracks(numbers, writer, title: "tasks")
        untimed = TaskTracks(numbers, writer, title: "calls without times, one behind the other")
        calls = CallTracks(labels, map, writer, timed: tasks, untimed: untimed)
        requests = RequestTracks(numbers, labels, writer, tasks: tasks)
    }

    func begin(_ trace: TraceContext) throws {
        (tasks.names, untimed.names) = (trace.names, trace.names)
        let capture = TimelineCapture(trace)
        self.capture = capture
        try writer.begin(capture)
    }

    func take(_ batch: TraceBatch) throws -> Demand {
        for loss in batch.losses { try draw(loss) }
        return .more
    }

    func take(_ tree: CallTree, number: Int) throws {
        see(tree.root.start)
        try calls.add(tree, number: number)
    }

    func take(_ request: Request, _ names: PathNames) throws {
        see(request.startNs)
        try requests.add(request, names)
    }

    func finish(_ end: TraceEnd) throws {
        try calls.finish()
        try tasks.finish()
        try untimed.finish()
        try drawCapture()
    }

    private func see(_ time: UInt64?) {
        if let time { first = min(first ?? time, time) }
    }

    private func draw(_ loss: Loss) throws {
        let track = try lossTrack(cpu: loss.cpu)
        var event = TimelineEvent(name: labels["events lost"], category: labels["lost"])
        var arguments = Arguments(labels)
        arguments.add("cpu", UInt64(loss.cpu))
        arguments.add("count", loss.count.map { UInt64(clamping: $0) })
        if loss.count == nil { arguments.add("count", label: "not counted") }
        event.arguments = arguments.all
        see(loss.time)
        try writer.instant(event, on: track, at: loss.time ?? first ?? 0)
    }

    private func lossTrack(cpu: Int) throws -> TimelineTrack {
        if let track = losses?.tracks[cpu] { return track }
        let group = losses?.group ?? TimelineGroup(id: numbers.next(), name: "lost events", rank: 2)
        if losses == nil {
            try writer.declare(group)
            losses = (group, [:])
        }
        let track = TimelineTrack(id: numbers.next(), group: group.id, name: "CPU \(cpu)", rank: cpu)
        try writer.declare(track)
        losses?.tracks[cpu] = track
        return track
    }

    /// Which capture it is, as an instant where it begins: tools that join several files keep it.
    private func drawCapture() throws {
        guard let capture else { return }
        let group = TimelineGroup(id: numbers.next(), name: "capture", rank: 4)
        let track = TimelineTrack(id: numbers.next(), group: group.id, name: "capture")
        try writer.declare(group)
        try writer.declare(track)
        var arguments = Arguments(labels)
        for (key, value) in capture.facts { arguments.add(key, text: value) }
        var event = TimelineEvent(name: labels["capture"], category: labels["capture"])
        event.arguments = arguments.all
        try writer.instant(event, on: track, at: first ?? capture.start?.traceNs ?? 0)
    }
}

extension TimelineCapture {
    init(_ trace: TraceContext) { self.init(trace.identity, CaptureName(trace)) }

    init(_ identity: TraceIdentity, _ name: CaptureName) {
        self.name = name
        clock = identity.clock
        if let real = identity.startNs, let own = identity.startOnClockNs {
            start = (real, own)
        } else {
            start = nil
        }
    }

    /// What is known, by name.
    var facts: [(String, String)] {
        let all = [
            ("capture", name.capture), ("host", name.host), ("boot", name.boot), ("kernel", name.kernel),
            ("clock", clock),
        ]
        return all.compactMap { key, value in value.map { (key, $0) } }
    }
}
