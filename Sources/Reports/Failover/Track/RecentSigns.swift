import GraphParser

/// What happened to paths lately that is no incident by itself: the last of it, for an incident that begins with it.
struct RecentSigns {
    private static let kept = 256
    /// Older signs are of something else. A path that is blocked is so for a minute and longer.
    private static let reachNs: UInt64 = 120_000_000_000

    private var rows: [LiveIncident.Row] = []
    private var next = 0

    mutating func add(_ row: LiveIncident.Row) {
        if rows.count < Self.kept {
            rows.append(row)
        } else {
            rows[next] = row
            next = (next + 1) % Self.kept
        }
    }

    /// Those of these disks have been told.
    mutating func remove(_ disks: Set<BlockDevice>) {
        rows = inOrder.filter { $0.device.map { !disks.contains($0) } ?? true }
        next = 0
    }

    /// In the order in which they happened.
    func rows(until time: UInt64) -> [LiveIncident.Row] {
        inOrder.filter { $0.from <= time && $0.from >= time - min(Self.reachNs, time) }
    }

    private var inOrder: [LiveIncident.Row] { Array(rows[next...] + rows[..<next]) }
}
