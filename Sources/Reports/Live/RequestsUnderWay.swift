import GraphParser

/// The requests that are under way at a moment.
struct RequestsUnderWay {
    /// Some of them.
    struct Group {
        var count = 0
        /// When the oldest of them began, in ns of the trace clock.
        var oldest = UInt64.max

        fileprivate mutating func add(_ start: UInt64) { (count, oldest) = (count + 1, min(oldest, start)) }
    }

    /// A path, as requests know it.
    struct Path: Hashable {
        let map: BlockDevice?
        let disk: BlockDevice?
    }

    private(set) var all = Group()
    private(set) var maps: [BlockDevice?: Group] = [:]
    /// By the path that each is on; those that are on none are left out.
    private(set) var paths: [Path: Group] = [:]

    init() {}

    /// Those of a join, but for such as nothing sure can be said of.
    init(_ table: RequestTable) {
        for slot in table.used {
            let live = table[slot]
            if live.flaw != nil || live.steps.isEmpty { continue }
            all.add(live.startNs)
            maps[live.device, default: Group()].add(live.startNs)
            guard live.isOnItsWay, let one = live.tries.last else { continue }
            paths[Path(map: live.device, disk: one.disk), default: Group()].add(one.start)
        }
    }
}

extension LiveRequest {
    /// Whether a path has it now.
    fileprivate var isOnItsWay: Bool {
        guard let last, let one = tries.last, !one.isRejected else { return false }
        return last >= .cloned && last < .verdict || last == .retried || isBio && last == .dispatched
    }
}
