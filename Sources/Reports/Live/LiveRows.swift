import GraphParser

/// An interval's maps and paths: what has ended on them beside what is under way.
struct LiveRows {
    struct Map {
        /// nil where it is not known.
        let name: String?
        var bytes: UInt64 = 0
        var latency = Histogram()
        var underWay = RequestsUnderWay.Group()
    }

    struct Path {
        let facts: PathFacts
        /// nil if nothing ended on it.
        var sums: RequestSummary.Path?
        var underWay = RequestsUnderWay.Group()
    }

    /// By their names.
    private(set) var maps: [Map] = []
    /// By their maps and names.
    private(set) var paths: [Path] = []

    init(_ interval: LiveInterval) {
        let unknown = "(unknown map)"
        var byName: [String: Map] = [:]
        for group in interval.requests?.maps ?? [] {
            byName[group.name] = Map(
                name: group.name == unknown ? nil : group.name, bytes: group.bytes, latency: group.latency)
        }
        for (device, group) in interval.underWay.maps {
            let name = interval.names.map(device)
            byName[name ?? unknown, default: Map(name: name)].underWay = group
        }
        maps = byName.sorted { $0.key < $1.key }.map(\.value)

        paths = (interval.requests?.paths ?? []).map { Path(facts: $0.facts, sums: $0) }
        for (path, group) in interval.underWay.paths {
            let facts = interval.names.facts(map: path.map, disk: path.disk)
            if let known = paths.firstIndex(where: { $0.facts == facts }) {
                paths[known].underWay = group
            } else {
                paths.append(Path(facts: facts, underWay: group))
            }
        }
        paths.sort { ($0.facts.map ?? "", $0.facts.name) < ($1.facts.map ?? "", $1.facts.name) }
    }

    /// Most self time first.
    static func layers(_ calls: CallTotals) -> [Summary.Layer] {
        calls.layers.sorted { ($1.selfNs, $0.layer) < ($0.selfNs, $1.layer) }
    }

    /// Most time first, fragments behind the others.
    static func roots(_ calls: CallTotals) -> [Summary.Root] {
        calls.roots.sorted {
            ($0.fragment ? 1 : 0, $1.latency.sum, $0.function) < ($1.fragment ? 1 : 0, $0.latency.sum, $1.function)
        }
    }
}

extension LiveInterval {
    /// How long the oldest of them has been under way; nil if there is none.
    func age(_ group: RequestsUnderWay.Group) -> UInt64? {
        group.count == 0 ? nil : endNs - min(group.oldest, endNs)
    }
}
