extension RequestSummary {
    /// The summary of the requests of both.
    func merged(with other: RequestSummary) -> RequestSummary {
        var sum = self
        sum.seen = seen.addingSaturated(other.seen)
        sum.byPointer = byPointer.addingSaturated(other.byPointer)
        sum.bySector = bySector.addingSaturated(other.bySector)
        sum.unjoined = Summary.merge(unjoined, other.unjoined)
        sum.ambiguous = ambiguous.addingSaturated(other.ambiguous)
        sum.disagreed = disagreed.addingSaturated(other.disagreed)
        sum.failed = failed.addingSaturated(other.failed)
        sum.retried = retried.addingSaturated(other.retried)
        sum.busyDispatches = busyDispatches.addingSaturated(other.busyDispatches)
        sum.otherCommands = otherCommands.addingSaturated(other.otherCommands)
        sum.stoodIn = Summary.merge(stoodIn, other.stoodIn)
        sum.unseen = unseen.addingSaturated(other.unseen)
        sum.missedByProbes = missedByProbes.addingSaturated(other.missedByProbes)
        sum.latency.merge(other.latency)
        sum.untilData.merge(other.untilData)
        sum.stages = Summary.merge(stages, other.stages)
        sum.layers = Summary.merge(layers, other.layers)
        sum.operations = Summary.merge(operations, other.operations)
        sum.sizes = Summary.merge(sizes, other.sizes)
        sum.maps = Summary.merge(maps, other.maps)
        sum.paths = Summary.merge(paths, other.paths)
        sum.overTime.merge(other.overTime)
        sum.slowest = Array(
            (slowest + other.slowest).sorted { $0.precedes($1) }.prefix(Self.slowestCount))
        return sum
    }
}

extension RequestSummary.Count: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool { left.name < right.name }
    mutating func add(_ other: Self) { count = count.addingSaturated(other.count) }
}

extension RequestSummary.Stage: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool {
        (left.order, left.stage, left.layer) < (right.order, right.stage, right.layer)
    }
    mutating func add(_ other: Self) { ns.merge(other.ns) }
}

extension RequestSummary.Layer: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool { left.layer < right.layer }
    mutating func add(_ other: Self) { ns.merge(other.ns) }
}

extension RequestSummary.Group: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool { left.name < right.name }
    mutating func add(_ other: Self) {
        bytes = bytes.addingSaturated(other.bytes)
        latency.merge(other.latency)
    }
}

extension RequestSummary.Size: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool { left.upToBytes < right.upToBytes }
    mutating func add(_ other: Self) { latency.merge(other.latency) }
}

extension RequestSummary.Path: NamedSum {
    static func precedes(_ left: Self, _ right: Self) -> Bool {
        left.facts.key.lexicographicallyPrecedes(right.facts.key)
    }
    mutating func add(_ other: Self) {
        tries = tries.addingSaturated(other.tries)
        failed = failed.addingSaturated(other.failed)
        rejected = rejected.addingSaturated(other.rejected)
        retries = retries.addingSaturated(other.retries)
        bytes = bytes.addingSaturated(other.bytes)
        latency.merge(other.latency)
        stages = Summary.merge(stages, other.stages)
        if let known = overTime, let theirs = other.overTime {
            overTime = known.merged(with: theirs)
        } else {
            overTime = nil
        }
    }
}

extension PathFacts {
    /// All that tells paths apart, in an order.
    fileprivate var key: [String] {
        let group = group.map { number in
            let digits = String(number)
            return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
        }
        return [map, group, device, devno, hctl, session, portal, target].map { $0.map { "1" + $0 } ?? "" }
    }
}
