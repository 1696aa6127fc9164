import GraphParser

/// What happened to paths lately that is no incident by itself: the last of it, for an incident that begins with it.
struct RecentSigns {
    private static let kept = 256
    /// Older signs are of something else.
    private static let reachNs: UInt64 = 30_000_000_000

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

    /// In the order in which they happened.
    func rows(until time: UInt64) -> [LiveIncident.Row] {
        (rows[next...] + rows[..<next]).filter { $0.from <= time && $0.from >= time - min(Self.reachNs, time) }
    }
}
