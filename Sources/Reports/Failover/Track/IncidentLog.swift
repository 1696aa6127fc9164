import GraphParser

/// Which troubles are one incident, and which are apart: what has a path or a map in common at one time, or is back within twenty
/// seconds, is one.
struct IncidentLog {
    private(set) var all: [LiveIncident] = []
    /// Signs of incidents beyond those that are kept.
    private(set) var further = 0
    /// Those that go on, or ended so lately that they may go on yet.
    private(set) var recent: [LiveIncident] = []

    private static let kept = 1000

    /// Whether any goes on.
    var isAnyOpen: Bool { recent.contains { $0.closedAt == nil } }

    /// The incident that a trouble of these disks is of, which begins with it unless there is one.
    mutating func incident(
        at time: UInt64, disks: [BlockDevice], maps: Set<BlockDevice>, beganBefore: Bool = false
    ) -> LiveIncident? {
        recent.removeAll { !$0.canReopen(time) }
        let known = recent.filter { $0.isAbout(disks, maps) }
        if let oldest = known.first {
            // What they have in common now makes them one.
            for other in known.dropFirst() {
                oldest.absorb(other)
                all.removeAll { $0 === other }
                recent.removeAll { $0 === other }
            }
            return oldest
        }
        guard all.count < Self.kept else {
            further += 1
            return nil
        }
        let new = LiveIncident(at: time, beganBefore: beganBefore)
        all.append(new)
        recent.append(new)
        return new
    }

    /// The incident that goes on, or has just ended, and is of any of these disks or the map.
    func current(at time: UInt64, disks: some Sequence<BlockDevice>, map: BlockDevice?) -> LiveIncident? {
        recent.last { $0.takes(time) && $0.isAbout(disks, map.map { [$0] } ?? []) }
    }

    /// The incident that a request of this time was held up by.
    func incident(from: UInt64, disks: some Sequence<BlockDevice>, map: BlockDevice?) -> LiveIncident? {
        recent.last { incident in
            incident.isAbout(disks, map.map { [$0] } ?? []) && (incident.closedAt.map { $0 >= from } ?? true)
        }
    }
}
