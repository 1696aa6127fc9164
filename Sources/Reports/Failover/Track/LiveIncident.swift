import GraphParser

/// An incident that is being watched: what has been seen of it so far.
final class LiveIncident {
    /// Something that keeps it open.
    enum Trouble: Hashable {
        case session(UInt32)
        case handler(Int64)
        case failed(BlockDevice)
        case offline(BlockDevice)
        case noPath(BlockDevice)
    }

    let start: UInt64
    let beganBefore: Bool
    /// What speaks for each kind, and since when.
    private(set) var kinds: [Incident.Kind: (since: UInt64, disks: [BlockDevice])] = [:]
    /// In the order in which they were in trouble.
    private(set) var disks: [BlockDevice] = []
    private(set) var maps: [BlockDevice] = []
    private var known: Set<BlockDevice> = []
    private var knownMaps: Set<BlockDevice> = []
    private(set) var troubles: Set<Trouble> = []
    /// When the last trouble was over; nil while there is one.
    private(set) var closedAt: UInt64?
    private(set) var rows: [Row] = []
    private(set) var furtherRows = 0
    var timers: [Incident.Timer] = []
    var failures: [BlockDevice: Int] = [:]
    var backs: [BlockDevice: UInt64] = [:]
    var lastAnswers: [BlockDevice: UInt64] = [:]
    /// Failed again though the checker had found them well, with nothing else seen between.
    var failuresOfGoodPaths = 0
    var alua: Set<String> = []
    var stalls = StallSums()
    /// Once it has been over for a while.
    var rates: Incident.Throughput?
    /// The last answer before a ping was not answered, if that was seen.
    var stoppedAt: UInt64?
    /// Maps whose requests failed from some time on.
    var stoppedQueueing: Set<BlockDevice> = []
    /// Events were lost while it went on.
    var hasLosses = false
    /// Requests of its time that nothing sure can be said of.
    var unfollowed = 0
    /// The longest time without a path, by map.
    var withoutPath: [BlockDevice: UInt64] = [:]

    /// Something that happened, before its path has a name.
    struct Row {
        var from: UInt64
        var to: UInt64
        var count = 1
        let layer: String
        let device: BlockDevice?
        let what: String
        let isLogged: Bool?
        let state: Incident.PathState?
    }

    private static let maxRows = 512
    private static let maxTimers = 64
    /// The same again within so many ns is one row.
    private static let foldNs: UInt64 = 2_000_000_000
    /// So long after its end, what is of its paths still belongs to it.
    private static let graceNs: UInt64 = 1_000_000_000
    /// A path that is in trouble again within so many ns is in the same trouble.
    static let flapNs: UInt64 = 20_000_000_000

    init(at time: UInt64, beganBefore: Bool = false) { (start, self.beganBefore, closedAt) = (time, beganBefore, time) }

    // MARK: What it is about

    func touch(_ disk: BlockDevice, of map: BlockDevice?) {
        if known.insert(disk).inserted { disks.append(disk) }
        if let map { touch(map: map) }
    }

    func touch(map: BlockDevice) { if knownMaps.insert(map).inserted { maps.append(map) } }

    func isAbout(_ disks: some Sequence<BlockDevice>, _ maps: Set<BlockDevice>) -> Bool {
        !knownMaps.isDisjoint(with: maps) || disks.contains(where: known.contains)
    }

    func vote(_ kind: Incident.Kind, at time: UInt64, _ disks: [BlockDevice]) {
        guard let known = kinds[kind] else {
            kinds[kind] = (time, disks)
            return
        }
        let new = disks.filter { !known.disks.contains($0) }
        kinds[kind] = (min(known.since, time), known.disks.count < 64 ? known.disks + new : known.disks)
    }

    /// Another incident turns out to be the same.
    func absorb(_ other: LiveIncident) {
        for (kind, vote) in other.kinds { self.vote(kind, at: vote.since, vote.disks) }
        for disk in other.disks { touch(disk, of: nil) }
        for map in other.maps { touch(map: map) }
        troubles.formUnion(other.troubles)
        closedAt = troubles.isEmpty ? max(closedAt ?? 0, other.closedAt ?? 0) : nil
        let room = Self.maxRows - min(rows.count, Self.maxRows)
        rows += other.rows.prefix(room)
        furtherRows += other.furtherRows + max(0, other.rows.count - room)
        timers = Array((timers + other.timers).prefix(Self.maxTimers))
        failures.merge(other.failures, uniquingKeysWith: +)
        backs.merge(other.backs, uniquingKeysWith: max)
        lastAnswers.merge(other.lastAnswers, uniquingKeysWith: min)
        withoutPath.merge(other.withoutPath, uniquingKeysWith: max)
        stoppedQueueing.formUnion(other.stoppedQueueing)
        alua.formUnion(other.alua)
        failuresOfGoodPaths += other.failuresOfGoodPaths
        unfollowed += other.unfollowed
        hasLosses = hasLosses || other.hasLosses
        stoppedAt = stoppedAt ?? other.stoppedAt
        stalls.add(other.stalls)
        rates = nil
    }

    // MARK: Its time

    func begin(_ trouble: Trouble) {
        troubles.insert(trouble)
        (closedAt, rates) = (nil, nil)
    }

    func end(_ trouble: Trouble, at time: UInt64) {
        guard troubles.remove(trouble) != nil, troubles.isEmpty else { return }
        closedAt = max(time, start)
    }

    /// Something that is over at once.
    func happened(at time: UInt64) {
        if let closedAt { (self.closedAt, rates) = (max(closedAt, time), nil) }
    }

    /// Whether what happens now can still be of it.
    func takes(_ time: UInt64) -> Bool { closedAt.map { time <= $0.addingSaturated(Self.graceNs) } ?? true }
    /// Whether a new trouble of its paths is the same one again.
    func canReopen(_ time: UInt64) -> Bool { closedAt.map { time <= $0.addingSaturated(Self.flapNs) } ?? true }

    /// Its first sign, or the first request that it held up: answers before, and multipathd's waits, are none.
    var begin: UInt64 {
        let signs = rows.lazy.filter { $0.layer != "target" && $0.layer != FailoverWatch.daemonLayer }
        return min(start, signs.map(\.from).min() ?? start, stalls.firstStart)
    }

    /// When the last of it was over.
    func end(now: UInt64) -> UInt64 { max(closedAt ?? now, stalls.lastEnd, start) }

    // MARK: What happened

    func note(
        _ what: String, _ layer: String, _ device: BlockDevice?, at time: UInt64, until: UInt64? = nil, count: Int = 1,
        isLogged: Bool? = nil, state: Incident.PathState? = nil
    ) {
        for index in rows.indices.suffix(8).reversed() {
            let row = rows[index]
            guard row.what == what, row.device == device, row.layer == layer, row.state == state else { continue }
            guard time <= row.to.addingSaturated(Self.foldNs) else { break }
            // Requests tell of what happened to them when they are over.
            guard time.addingSaturated(Self.foldNs) >= row.from else { continue }
            rows[index].to = max(row.to, until ?? time)
            rows[index].from = min(row.from, time)
            rows[index].count += count
            return
        }
        guard rows.count < Self.maxRows else {
            furtherRows += count
            return
        }
        rows.append(
            Row(
                from: time, to: until ?? time, count: count, layer: layer, device: device, what: what,
                isLogged: isLogged, state: state))
    }

    func note(_ timer: Incident.Timer) { if timers.count < Self.maxTimers { timers.append(timer) } }
}
