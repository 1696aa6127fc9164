/// The tries on a path held against those on its siblings at the same time: what is slow since only the worse moments fell to it, such as
/// those before its siblings had the load alone, is no slow path.
enum Meanwhile {
    /// Tries further apart are not at the same time, in ns; intervals that are longer already are taken as they are.
    private static let longest: UInt64 = 1_280_000_000

    /// In how many of a hundred it is the slower one: intervals in which both are used, by their means, each weighed by the tries that the one
    /// with fewer has. Intervals are as short as it takes for half of the path's tries to have others beside them.
    ///
    /// - Returns: nil where hardly any are at the same time.
    static func slowerInPercent(_ path: RequestRates, _ siblings: RequestRates) -> Double? {
        let tries = path.intervals.reduce(0) { $0.addingSaturated($1.requests) }
        var length = max(path.intervalNs, siblings.intervalNs)
        while true {
            let (slower, all) = share(path.atLength(length).intervals, siblings.atLength(length).intervals)
            let isEnough = all >= Double(max(PathComparison.least, tries / 2))
            if isEnough || length >= longest { return all >= Double(PathComparison.least) ? slower / all * 100 : nil }
            length *= 2
        }
    }

    private static func share(
        _ path: [RequestRates.Interval], _ siblings: [RequestRates.Interval]
    ) -> (slower: Double, all: Double) {
        var (slower, all) = (0.0, 0.0)
        var others = siblings[...]
        for own in path {
            while let next = others.first, next.number < own.number { others.removeFirst() }
            guard let beside = others.first, beside.number == own.number, own.requests > 0, beside.requests > 0 else {
                continue
            }
            let weight = Double(min(own.requests, beside.requests))
            all += weight
            slower += own.meanNs > beside.meanNs ? weight : own.meanNs == beside.meanNs ? weight / 2 : 0
        }
        return (slower, all)
    }
}

extension RequestRates.Interval {
    fileprivate var meanNs: Double { Double(latencyNs) / Double(requests) }
}
