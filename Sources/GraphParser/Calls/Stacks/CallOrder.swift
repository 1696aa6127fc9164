/// A call on its way into a tree.
struct PendingCall {
    /// nil until it has ended.
    var call: Call?
    /// Index of the call that was open around it when it began; negative for a root.
    let caller: Int
    var level: Int
}

/// Some of the calls inside of one are no part of it.
struct CallMove {
    /// Index of the call.
    let index: Int
    /// How many of the first calls directly below it go before it, and how many of the last behind it; nil for those from the first
    /// at its own depth on.
    let before: Int
    let after: Int?
    /// How many of those that stand right before it go inside.
    let inside: Int

    init(of index: Int, before: Int, after: Int?, inside: Int) {
        self.index = index
        self.before = before
        self.after = after
        self.inside = inside
    }
}

/// Puts calls that interrupts made in place: beside the calls that they were recorded in.
struct CallOrder {
    private let calls: [PendingCall]
    /// By call, and at the end of those without a caller: the calls directly below, in their order.
    private var below: [[Int]]
    /// By call: the one that it was recorded in, directly below that which it is now below; itself if it was not moved.
    private var companion: [Int]
    private var caller: [Int]

    init(_ calls: [PendingCall], _ moves: [CallMove]) {
        self.calls = calls
        below = [[Int]](repeating: [], count: calls.count + 1)
        companion = Array(calls.indices)
        caller = calls.map { $0.caller < 0 ? calls.count : $0.caller }
        for index in calls.indices { below[caller[index]].append(index) }
        for move in moves { apply(move) }
    }

    private mutating func apply(_ move: CallMove) {
        let inside = below[move.index]
        let direct = inside.filter { companion[$0] == $0 }
        let first = Set(direct.prefix(move.before))
        let last = Set(direct.suffix(move.after ?? 0))
        var end = inside.firstIndex { last.contains(companion[$0]) } ?? inside.count
        if move.after == nil, let depth = calls[move.index].call?.depth {
            end = inside.firstIndex { calls[$0].call.map { $0.depth <= depth } ?? false } ?? inside.count
        }
        let begin = min(inside.firstIndex { !first.contains(companion[$0]) } ?? inside.count, end)
        let moved = inside[..<begin] + [move.index] + inside[end...]
        let around = caller[move.index]
        guard let place = below[around].firstIndex(of: move.index) else { return }
        below[around].replaceSubrange(place...place, with: moved)
        below[move.index] = Array(inside[begin..<end])
        for index in moved where index != move.index {
            companion[index] = move.index
            caller[index] = around
        }
        if move.inside > 0 { takeIn(move.inside, before: place, in: around, move.index) }
    }

    private mutating func takeIn(_ count: Int, before place: Int, in around: Int, _ index: Int) {
        let direct = Set(below[around][..<place].filter { companion[$0] == $0 }.suffix(count))
        guard let first = below[around][..<place].firstIndex(where: { direct.contains(companion[$0]) }) else { return }
        let hit = Array(below[around][first..<place])
        below[around].removeSubrange(first..<place)
        below[index] = hit + below[index]
        for inner in hit { caller[inner] = index }
    }

    /// The calls in their order, and the events that happened in them.
    func applied(to others: [CallTree.Event]) -> ([PendingCall], [CallTree.Event]) {
        var ordered: [PendingCall] = []
        var place = [Int](repeating: 0, count: calls.count)
        // Where the last call below each stands, plus one.
        var end = [Int](repeating: 0, count: calls.count)
        var open: [(index: Int, next: Int)] = [(calls.count, 0)]
        while let (index, next) = open.last {
            guard next < below[index].count else {
                if index < calls.count { end[index] = ordered.count }
                open.removeLast()
                continue
            }
            open[open.count - 1].next += 1
            let inner = below[index][next]
            place[inner] = ordered.count
            var call = calls[inner]
            call.level = open.count - 1
            ordered.append(call)
            open.append((inner, 0))
        }
        return (ordered, others.map { move($0, place, end) })
    }

    private func move(_ other: CallTree.Event, _ place: [Int], _ end: [Int]) -> CallTree.Event {
        let next = below[other.call].first { $0 >= other.before }
        return CallTree.Event(
            event: other.event, call: place[other.call], before: next.map { place[$0] } ?? end[other.call])
    }
}
