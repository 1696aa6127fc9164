/// What layers had of a request, or of all.
struct LayerSums {
    private static let names = Set(StageKind.all.map(\.layer)).sorted()
    private static let ofKind = StageKind.all.map { kind in names.firstIndex(of: kind.layer)! }

    private var current = [UInt64](repeating: 0, count: names.count)
    private var histograms = [Histogram](repeating: Histogram(), count: names.count)

    /// A stage of the request that is being added.
    mutating func add(_ kind: Int, _ ns: UInt64) {
        current[Self.ofKind[kind]] = current[Self.ofKind[kind]].addingSaturated(ns)
    }

    /// The request is added.
    mutating func next() {
        for index in current.indices where current[index] > 0 {
            histograms[index].record(current[index])
            current[index] = 0
        }
    }

    var layers: [RequestSummary.Layer] {
        zip(Self.names, histograms).compactMap { $1.count > 0 ? .init(layer: $0, ns: $1) : nil }
    }
}
