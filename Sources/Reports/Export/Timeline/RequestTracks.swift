import GraphParser
import TraceFormat

/// Draws requests: each map has a track for each request that it had under way at once, and a request's tries, rounds and stages lie
/// inside of it. Where a request came by a task, an instant on the task's track says so, and a flow joins these.
final class RequestTracks {
    private final class Map {
        let group: TimelineGroup
        var tracks: [TimelineTrack] = []
        var slots = SlotTable()

        init(_ group: TimelineGroup) { self.group = group }
    }

    private let numbers: TrackNumbers
    private let labels: Labels
    private let writer: any TimelineWriter
    private let tasks: TaskTracks
    private var maps: [BlockDevice?: Map] = [:]

    init(_ numbers: TrackNumbers, _ labels: Labels, _ writer: any TimelineWriter, tasks: TaskTracks) {
        (self.numbers, self.labels, self.writer, self.tasks) = (numbers, labels, writer, tasks)
    }

    func add(_ request: Request, _ names: PathNames) throws {
        let map = try maps[request.device] ?? declared(request.device, names)
        let slot = map.slots.take(at: request.startNs)
        let end = request.startNs.addingSaturated(request.latencyNs)
        if slot.number >= map.tracks.count {
            let track = TimelineTrack(
                id: numbers.next(), group: map.group.id, name: "request slot \(slot.number + 1)", rank: slot.number)
            try writer.declare(track)
            map.tracks.append(track)
        }
        map.slots.give(slot, freeFrom: end)
        try draw(request, names, on: map.tracks[slot.number], end: end)
        try drawPoints(of: request, end: end)
    }

    private func declared(_ device: BlockDevice?, _ names: PathNames) throws -> Map {
        let name = printable(names.map(device) ?? "map not known")
        let group = TimelineGroup(id: numbers.next(), name: "requests of \(name)", rank: 1)
        try writer.declare(group)
        let map = Map(group)
        maps[device] = map
        return map
    }

    // MARK: In its slot

    private func draw(_ request: Request, _ names: PathNames, on track: TimelineTrack, end: UInt64) throws {
        try writer.begin(event(of: request, names), on: track, at: request.startNs, end: end)
        for (number, one) in request.tries.enumerated() {
            guard let span = Span(one.rounds.flatMap(\.stages)) else { continue }
            try writer.begin(event(of: one, number: number + 1, names), on: track, at: span.start, end: span.end)
            for (number, round) in one.rounds.enumerated() {
                guard let span = Span(round.stages) else { continue }
                let event = TimelineEvent(name: labels["round \(number + 1)"], category: labels["round"])
                try writer.begin(event, on: track, at: span.start, end: span.end)
                for stage in round.stages {
                    let end = stage.startNs.addingSaturated(stage.ns)
                    try writer.begin(self.event(of: stage), on: track, at: stage.startNs, end: end)
                    try writer.end(on: track, at: end)
                }
                try writer.end(on: track, at: span.end)
            }
            try writer.end(on: track, at: span.end)
        }
        try writer.end(on: track, at: end)
    }

    /// From the first stage's begin to the last one's end.
    private struct Span {
        let start: UInt64
        let end: UInt64

        init?(_ stages: [Request.Stage]) {
            guard let first = stages.first, let last = stages.last else { return nil }
            (start, end) = (first.startNs, last.startNs.addingSaturated(last.ns))
        }
    }

    private func event(of request: Request, _ names: PathNames) -> TimelineEvent {
        let name = request.isAmbiguous ? "\(request.operation) (ambiguous)" : request.operation
        var event = TimelineEvent(name: labels[name], category: labels["request"])
        (event.flow, event.beginsFlow) = (UInt64(request.id), true)
        var arguments = Arguments(labels)
        arguments.add("id", UInt64(request.id))
        arguments.add("map", label: names.map(request.device))
        arguments.add("operation", label: request.operation)
        arguments.add("sector", request.sector)
        arguments.add("bytes", UInt64(request.bytes))
        arguments.add("task", label: request.task?.name)
        arguments.add("tid", request.task.map { UInt64($0.tid) })
        arguments.add("untilDataNs", request.untilDataNs)
        arguments.add("path", label: Self.each(request.tries) { $0.disk.map(names.disk) ?? "?" })
        arguments.add("error", label: request.error)
        arguments.add("joinedBy", label: request.joinedBy.rawValue)
        arguments.add("ambiguous", request.isAmbiguous)
        if !request.stoodIn.isEmpty { arguments.add("stoodIn", label: request.stoodIn.joined(separator: ", ")) }
        event.arguments = arguments.all
        return event
    }

    private static func each(_ tries: [Request.Try], _ text: (Request.Try) -> String) -> String? {
        // Of what was tried again and again, as the first tries went.
        tries.isEmpty ? nil : tries.prefix(8).map(text).joined(separator: " > ") + (tries.count > 8 ? " > …" : "")
    }

    private func event(of one: Request.Try, number: Int, _ names: PathNames) -> TimelineEvent {
        let path = one.disk.map(names.disk) ?? "path not known"
        var event = TimelineEvent(name: labels["try on \(path)"], category: labels["try"])
        var arguments = Arguments(labels)
        arguments.add("try", UInt64(number))
        arguments.add("path", label: one.disk.map(names.disk))
        arguments.add("devno", label: one.disk.map(PathNames.number))
        arguments.add("error", label: one.error)
        arguments.add("rejected", one.isRejected)
        arguments.add("timeouts", UInt64(one.timeouts))
        arguments.add("retransmits", UInt64(one.retransmits))
        event.arguments = arguments.all
        return event
    }

    private func event(of stage: Request.Stage) -> TimelineEvent {
        var event = TimelineEvent(
            name: labels[stage.stage], category: labels[stage.layer], furtherCategory: labels["stage"])
        var arguments = Arguments(labels)
        arguments.add("cpu", UInt64(stage.cpu))
        arguments.add("tid", stage.tid.map { UInt64($0) })
        event.arguments = arguments.all
        return event
    }

    // MARK: On the tracks of tasks

    private func drawPoints(of request: Request, end: UInt64) throws {
        for stage in request.stages {
            guard let tid = stage.tid else { continue }
            let track = try tasks.track(of: .init(tid: tid, cpu: stage.cpu))
            try writer.instant(point("begins: \(stage.stage)", of: request), on: track, at: stage.startNs)
        }
        // Which CPU's idle task it was is not known.
        guard let tid = request.endTid, tid != 0 else { return }
        try writer.instant(
            point("request ends", of: request), on: try tasks.track(of: .init(tid: tid, cpu: 0)), at: end)
    }

    private func point(_ name: String, of request: Request) -> TimelineEvent {
        var event = TimelineEvent(name: labels[name], category: labels["point"])
        event.flow = UInt64(request.id)
        event.arguments = [.init(name: labels["request"], value: .number(UInt64(request.id)))]
        return event
    }
}

/// Collects what an event tells of itself; what is not known is left out.
struct Arguments {
    private let labels: Labels
    private(set) var all: [TimelineEvent.Argument] = []

    init(_ labels: Labels) { self.labels = labels }

    mutating func add(_ name: String, _ number: UInt64?) {
        if let number { all.append(.init(name: labels[name], value: .number(number))) }
    }

    mutating func add(_ name: String, _ flag: Bool) { all.append(.init(name: labels[name], value: .flag(flag))) }

    /// What occurs in many events.
    mutating func add(_ name: String, label text: String?) {
        if let text { all.append(.init(name: labels[name], value: .label(labels[text]))) }
    }

    mutating func add(_ name: String, text: String?) {
        if let text { all.append(.init(name: labels[name], value: .text(printable(text)))) }
    }
}
