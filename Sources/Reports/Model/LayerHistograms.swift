/// A histogram for each layer that occurs: most roots meet few of them.
struct LayerHistograms: Sendable {
    /// By the layer's number.
    private(set) var all: [(layer: Int, histogram: Histogram)] = []

    /// Layers are recorded in the order of their numbers, so that none has to be searched for.
    ///
    /// - Parameter place: where this layer is or belongs, unless further behind; then where the next one does.
    mutating func record(_ ns: UInt64, of layer: Int, from place: inout Int) {
        find(layer, from: &place)
        all[place].histogram.record(ns)
        place += 1
    }

    mutating func merge(_ histogram: Histogram, of layer: Int) {
        var place = 0
        find(layer, from: &place)
        all[place].histogram.merge(histogram)
    }

    private mutating func find(_ layer: Int, from place: inout Int) {
        while place < all.count, all[place].layer < layer { place += 1 }
        if place == all.count || all[place].layer != layer { all.insert((layer, Histogram()), at: place) }
    }
}
