import GraphParser
import TraceFormat

/// The tracks of tasks. Of an idle task, of which each CPU has one, and of what a text does not name the task of, there is one for each CPU.
final class TaskTracks {
    enum Task: Hashable, Comparable {
        case thread(Int32)
        case idle(cpu: Int)
        case unnamed(cpu: Int)

        init(tid: Int32?, cpu: Int) {
            self = tid.map { $0 == 0 ? .idle(cpu: cpu) : .thread($0) } ?? .unnamed(cpu: cpu)
        }
    }

    /// Where a task's trees go: one track, and more where they overlap.
    private struct Lanes {
        var tracks: [TimelineTrack] = []
        var slots = SlotTable()
        var hasName = false
    }

    private let numbers: TrackNumbers
    private let writer: any TimelineWriter
    private let title: String
    private var group: TimelineGroup?
    private var lanes: [Task: Lanes] = [:]
    var names = TraceNames()

    /// Times of one CPU are compared with those of another, and text has them to the microsecond only: what overlaps by less than this, in
    /// ns, is moved.
    private static let slackNs: UInt64 = 10_000

    /// - Parameter title: what stands above all of them.
    init(_ numbers: TrackNumbers, _ writer: any TimelineWriter, title: String) {
        (self.numbers, self.writer, self.title) = (numbers, writer, title)
    }

    /// The task's track for what takes no room.
    func track(of task: Task) throws -> TimelineTrack { try track(of: task, lane: 0) }

    /// A track of the task that is free at a time, or soon enough.
    func take(for task: Task, at time: UInt64) throws -> (TimelineTrack, SlotTable.Slot) {
        let slot = lanes[task, default: Lanes()].slots.take(at: time.addingSaturated(Self.slackNs))
        return (try track(of: task, lane: slot.number), slot)
    }

    func give(_ slot: SlotTable.Slot, of task: Task, freeFrom time: UInt64) {
        lanes[task]?.slots.give(slot, freeFrom: time)
    }

    /// Tells names that were not known when their tracks were declared.
    func finish() throws {
        for (task, all) in lanes.sorted(by: { $0.key < $1.key }) where !all.hasName {
            guard case .thread(let tid) = task, names.comm(of: tid) != nil else { continue }
            for (lane, track) in all.tracks.enumerated() {
                try writer.declare(
                    TimelineTrack(
                        id: track.id, group: track.group, name: name(of: task, lane), tid: track.tid, rank: track.rank))
            }
        }
    }

    private func track(of task: Task, lane: Int) throws -> TimelineTrack {
        if let tracks = lanes[task]?.tracks, lane < tracks.count { return tracks[lane] }
        let group = try self.group ?? declared()
        let isThread = if case .thread = task { lane == 0 } else { false }
        var track = TimelineTrack(id: numbers.next(), group: group.id, name: name(of: task, lane), rank: rank(of: task))
        if isThread, case .thread(let tid) = task { track.tid = tid }
        try writer.declare(track)
        lanes[task, default: Lanes()].tracks.append(track)
        if case .thread(let tid) = task { lanes[task]?.hasName = names.comm(of: tid) != nil }
        return track
    }

    private func declared() throws -> TimelineGroup {
        let group = TimelineGroup(id: numbers.next(), name: title, isOfTasks: true, rank: 3)
        try writer.declare(group)
        self.group = group
        return group
    }

    private func name(of task: Task, _ lane: Int) -> String {
        let name =
            switch task {
            // A viewer puts the number behind it, where it knows that it is a thread.
            case .thread(let tid): (names.comm(of: tid) ?? "<...>") + (lane == 0 ? "" : " \(tid)")
            case .idle(let cpu): "idle, CPU \(cpu)"
            case .unnamed(let cpu): "CPU \(cpu), task not told"
            }
        return printable(lane == 0 ? name : "\(name), overlapping \(lane + 1)")
    }

    private func rank(of task: Task) -> Int {
        switch task {
        case .idle(let cpu): cpu
        case .unnamed(let cpu): cpu
        case .thread(let tid): 1 << 16 + Int(tid)
        }
    }
}

/// Numbers the tracks and groups of an export.
final class TrackNumbers {
    private var last: Int

    /// - Parameter start: less than the first.
    init(after start: Int = 0) { last = start }

    func next() -> Int {
        last += 1
        return last
    }
}
