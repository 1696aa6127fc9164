import GraphParser

/// Draws trees of calls on their tasks' tracks. Holds what is drawn of functions, and trees that may not have ended.
final class CallTracks {
    private let labels: Labels
    private let words: Words
    private let map: LayerMap
    private let writer: any TimelineWriter
    private let timed: TaskTracks
    private let untimed: TaskTracks
    /// Trees whose root has no end: they end where they were seen last if their task goes on, and else with the trace.
    private var held: [TaskTracks.Task: (tree: CallTree, number: Int)] = [:]
    /// By the number of a function and what is known of the call.
    private var drawn: [Drawn?] = []
    /// Where the next tree without a time stands.
    private var cursor: UInt64 = 0

    private struct Drawn {
        let name: Label
        let layer: Label
        let module: Label?
    }

    private struct Words {
        let module, selfNs, durationNs, confidence, fragment, hollow, tree, cpu: Label
        let confidences: [Label]

        init(_ labels: Labels) {
            (module, selfNs, durationNs) = (labels["module"], labels["selfNs"], labels["durationNs"])
            (confidence, fragment, hollow) = (labels["confidence"], labels["fragment"], labels["hollow"])
            (tree, cpu) = (labels["tree"], labels["cpu"])
            confidences = Confidence.allCases.map { labels["\($0)"] }
        }
    }

    /// - Parameters:
    ///   - timed: the tracks of trees that have times.
    ///   - untimed: of those that have none, and stand one behind the other.
    init(
        _ labels: Labels, _ map: LayerMap, _ writer: any TimelineWriter, timed: TaskTracks, untimed: TaskTracks
    ) {
        (self.labels, self.map, self.writer) = (labels, map, writer)
        (self.timed, self.untimed) = (timed, untimed)
        words = Words(labels)
    }

    func add(_ tree: CallTree, number: Int) throws {
        let task = TaskTracks.Task(tid: tree.root.tid, cpu: tree.root.cpu)
        if let tree = held.removeValue(forKey: task) { try draw(tree.tree, tree.number, task, goesOn: false) }
        if tree.root.confidence == .open {
            held[task] = (tree, number)
        } else {
            try draw(tree, number, task, goesOn: false)
        }
    }

    /// Draws what had not ended.
    func finish() throws {
        for (task, tree) in held.sorted(by: { $0.key < $1.key }) {
            try draw(tree.tree, tree.number, task, goesOn: true)
        }
        held = [:]
    }

    private func draw(_ tree: CallTree, _ number: Int, _ task: TaskTracks.Task, goesOn: Bool) throws {
        let time = tree.root.confidence == .orphan ? tree.root.endTime : tree.root.start
        let tracks = time == nil ? untimed : timed
        let (track, slot) = try tracks.take(for: task, at: time ?? cursor)
        let placement = TreePlacement(tree, from: time == nil ? cursor : slot.freeFrom)
        if time == nil { cursor = placement.places[0].end }
        tracks.give(slot, of: task, freeFrom: placement.places[0].end)

        var open: [TreePlacement.Place] = []
        func close(downTo level: Int) throws {
            while open.count > level {
                let place = open.removeLast()
                if !(place.isUnfinished && goesOn) { try writer.end(on: track, at: place.end) }
            }
        }
        for (index, node) in tree.nodes.enumerated() {
            try close(downTo: node.level)
            let place = placement.places[index]
            var event = self.event(node.call, tree.names, drawnNs: place.end - place.start)
            if index == 0 { event.arguments += rootArguments(node.call, number) }
            if node.call.confidence == .orphan {
                try writer.instant(event, on: track, at: place.start)
            } else {
                let end = place.isUnfinished && goesOn ? nil : place.end
                try writer.begin(event, on: track, at: place.start, end: end)
                open.append(place)
            }
        }
        try close(downTo: 0)
    }

    private func event(_ call: Call, _ names: TraceNames, drawnNs: UInt64) -> TimelineEvent {
        let drawn = self.drawn(call, names)
        var event = TimelineEvent(name: drawn.name, category: drawn.layer)
        event.arguments.reserveCapacity(4)
        if let module = drawn.module { event.arguments.append(.init(name: words.module, value: .label(module))) }
        // What a hollow call called nobody knows: what is left of it is no function's own.
        event.arguments.append(.init(name: words.selfNs, value: .number(call.isHollow ? 0 : call.selfNs)))
        if call.isHollow { event.arguments.append(.init(name: words.hollow, value: .flag(true))) }
        let confidence = words.confidences[Int(call.confidence.rawValue)]
        event.arguments.append(.init(name: words.confidence, value: .label(confidence)))
        // Where it cannot be seen.
        if let duration = call.duration, duration != drawnNs {
            event.arguments.append(.init(name: words.durationNs, value: .number(duration)))
        }
        return event
    }

    private func rootArguments(_ call: Call, _ number: Int) -> [TimelineEvent.Argument] {
        var arguments: [TimelineEvent.Argument] = [
            .init(name: words.tree, value: .number(UInt64(number))),
            .init(name: words.cpu, value: .number(UInt64(call.cpu))),
        ]
        if call.isFragment { arguments.append(.init(name: words.fragment, value: .flag(true))) }
        return arguments
    }

    private func drawn(_ call: Call, _ names: TraceNames) -> Drawn {
        let kinds = Confidence.allCases.count + 1
        // What is in doubt has another name, so that nobody adds it up with what is sure.
        let isUntimed = call.confidence == .complete && call.duration == nil
        let index = Int(call.function.index) * kinds + (isUntimed ? kinds - 1 : Int(call.confidence.rawValue))
        while index >= drawn.count { drawn.append(nil) }
        if let drawn = drawn[index] { return drawn }
        let function = names[call.function]
        var name = function.name
        if isUntimed { name += " (untimed)" } else if call.confidence != .complete { name += " (\(call.confidence))" }
        let new = Drawn(
            name: labels[name], layer: labels[map.layers[map.layer(of: function)]],
            module: function.module.map { labels[$0] })
        drawn[index] = new
        return new
    }
}
