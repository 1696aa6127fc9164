import GraphParser

/// Where the calls of a tree are drawn.
///
/// Viewers take only calls that lie inside of their callers, and beside each other. What was recorded does not always: a call's entry has
/// the time at which it was written down, its duration is the kernel's and begins a little earlier; text is rounded; some has no times.
/// So durations are kept, which sums are made of, and where a call does not fit, its begin is moved, as one in a hundred is that an
/// interrupt hit before it was written down: not before the call in front has ended, and early enough that all behind it have room in
/// their caller. Without times calls stand one behind the other from their caller's begin on. Only where calls together are longer
/// than their caller, which rounding can make them, one is drawn shorter than it was.
struct TreePlacement {
    /// Where a call is.
    struct Place {
        var start: UInt64
        var end: UInt64
        /// Whether it was still going on when the tree ended: nothing is known of its end, nor of its callers'.
        var isUnfinished = false
    }

    /// By the tree's calls.
    private(set) var places: [Place] = []

    /// - Parameter earliest: nothing is placed before.
    init(_ tree: CallTree, from earliest: UInt64) {
        let nodes = tree.nodes
        let room = Room(nodes)
        places.reserveCapacity(nodes.count)
        // Of the call at each level that is not over: its number, and where the next one in it may begin.
        var open: [(index: Int, cursor: UInt64)] = []
        for (index, node) in nodes.enumerated() {
            while open.count > node.level { close(&open) }
            var cursor = earliest
            var limit = UInt64.max
            if let caller = open.last {
                cursor = caller.cursor
                let end = places[caller.index].end
                limit = end - min(room.behind[index], end - cursor)
            }
            let length = room.length[index] ?? room.inside[index]
            let latest = limit - min(length, limit - cursor)
            let start = max(cursor, min(node.call.timeOfPlace ?? cursor, latest))
            // What is not known to have ended has all the room there is, until it is seen how much it needs.
            let isKnown = room.length[index] != nil || node.call.confidence == .orphan
            places.append(Place(start: start, end: isKnown ? min(start.addingSaturated(length), limit) : limit))
            open.append((index, start))
        }
        while !open.isEmpty { close(&open) }
        markUnfinished(nodes)

        func close(_ open: inout [(index: Int, cursor: UInt64)]) {
            let (index, cursor) = open.removeLast()
            if room.length[index] == nil { places[index].end = cursor }
            if !open.isEmpty { open[open.count - 1].cursor = max(open[open.count - 1].cursor, places[index].end) }
        }
    }

    /// Those that no call followed at their level or above: the innermost of them is what the task did last.
    private mutating func markUnfinished(_ nodes: [CallTree.Node]) {
        var level = Int.max
        var last: [Int] = []
        for index in nodes.indices.reversed() where nodes[index].level < level {
            level = nodes[index].level
            last.append(index)
        }
        for index in last.reversed() {
            guard nodes[index].call.confidence == .open else { break }
            places[index].isUnfinished = true
        }
    }

    /// How much room calls need.
    private struct Room {
        /// How long each call is; nil where that is not known.
        var length: [UInt64?]
        /// What the calls inside of each need.
        var inside: [UInt64]
        /// What the calls behind each need, in the same caller.
        var behind: [UInt64]

        init(_ nodes: [CallTree.Node]) {
            length = nodes.map { $0.call.drawnNs }
            inside = [UInt64](repeating: 0, count: nodes.count)
            behind = inside
            // By level: what the calls so far need, in the caller that they are in.
            var sums: [UInt64] = []
            for index in nodes.indices.reversed() {
                let level = nodes[index].level
                while sums.count < level + 2 { sums.append(0) }
                inside[index] = sums[level + 1]
                sums[level + 1] = 0
                behind[index] = sums[level]
                sums[level] = sums[level].addingSaturated(length[index] ?? inside[index])
            }
        }
    }
}

extension Call {
    /// How long a call is drawn; nil where neither its duration is known nor when it ended. An orphan is a moment.
    fileprivate var drawnNs: UInt64? {
        if confidence == .orphan { return 0 }
        if let duration { return duration }
        guard let start, let endTime else { return nil }
        return endTime - min(start, endTime)
    }

    /// When it began, as it was written down; of an orphan, when it ended.
    fileprivate var timeOfPlace: UInt64? { confidence == .orphan ? endTime ?? start : start }
}
