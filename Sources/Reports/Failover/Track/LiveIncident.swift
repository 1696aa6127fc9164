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
    private(set) var kinds: [Incident.Kind: UInt64] = [:]
    /// In the order in which they were in trouble.
    private(set) var disks: [BlockDevice] = []
    private(set) var maps: [BlockDevice] = []
    private var known: Set<BlockDevice> = []
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
    var rates: Incident.Throughput?
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

    func touch(map: BlockDevice) { if !maps.contains(map) { maps.append(map) } }

    func isAbout(_ disks: some Sequence<BlockDevice>, _ map: BlockDevice?) -> Bool {
        map.map(maps.contains) ?? false || disks.contains(where: known.contains)
    }

    func vote(_ kind: Incident.Kind, at time: UInt64) { kinds[kind] = min(kinds[kind] ?? time, time) }

    // MARK: Its time

    func begin(_ trouble: Trouble) {
        troubles.insert(trouble)
        closedAt = nil
    }

    func end(_ trouble: Trouble, at time: UInt64) {
        guard troubles.remove(trouble) != nil, troubles.isEmpty else { return }
        closedAt = max(time, start)
    }

    /// Something that is over at once.
    func happened(at time: UInt64) {
        if let closedAt { self.closedAt = max(closedAt, time) }
    }

    /// Whether what happens now can still be of it.
    func takes(_ time: UInt64) -> Bool { closedAt.map { time <= $0.addingSaturated(Self.graceNs) } ?? true }
    /// Whether a new trouble of its paths is the same one again.
    func canReopen(_ time: UInt64) -> Bool { closedAt.map { time <= $0.addingSaturated(Self.flapNs) } ?? true }

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
