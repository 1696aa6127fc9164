/// The requests that an incident held up.
struct StallSums {
    private(set) var count = 0
    private(set) var unfinished = 0
    private(set) var failed = 0
    private(set) var longest: [Incident.Stall] = []
    private(set) var ids: [Int] = []
    private(set) var owners: [StallOwner: (sum: UInt64, count: Int)] = [:]
    private(set) var firstStart = UInt64.max
    private(set) var lastEnd: UInt64 = 0

    private static let kept = 64
    private static let keptIDs = 100_000

    mutating func add(_ stall: Incident.Stall, _ parts: StallParts) {
        count += 1
        unfinished += stall.isUnfinished ? 1 : 0
        failed += stall.error == nil ? 0 : 1
        if ids.count < Self.keptIDs { ids.append(stall.id) }
        for (owner, ns) in parts.byOwner { add(owner, ns, requests: 1) }
        firstStart = min(firstStart, stall.startNs)
        lastEnd = max(lastEnd, stall.startNs.addingSaturated(stall.ns))
        longest.append(stall)
        longest.sort { ($1.ns, $0.id) < ($0.ns, $1.id) }
        if longest.count > Self.kept { longest.removeLast() }
    }

    /// Those of another incident.
    mutating func add(_ other: StallSums) {
        count += other.count
        unfinished += other.unfinished
        failed += other.failed
        ids = Array((ids + other.ids).prefix(Self.keptIDs))
        for (owner, sum) in other.owners { add(owner, sum.sum, requests: sum.count) }
        (firstStart, lastEnd) = (min(firstStart, other.firstStart), max(lastEnd, other.lastEnd))
        longest = Array((longest + other.longest).sorted { ($1.ns, $0.id) < ($0.ns, $1.id) }.prefix(Self.kept))
    }

    private mutating func add(_ owner: StallOwner, _ ns: UInt64, requests: Int) {
        let known = owners[owner] ?? (0, 0)
        owners[owner] = (known.sum.addingSaturated(ns), known.count + requests)
    }

    /// Most of the longest one first.
    var byOwner: [Incident.Owner] {
        owners.map { owner, sum in
            let own = longest.first?.parts.filter { $0.owner == owner }.reduce(0 as UInt64) { $0 + $1.ns } ?? 0
            return Incident.Owner(owner: owner, longestNs: own, sumNs: sum.sum, requests: sum.count)
        }
        .sorted { ($1.longestNs, $1.sumNs, $0.owner.rawValue) < ($0.longestNs, $0.sumNs, $1.owner.rawValue) }
    }
}
