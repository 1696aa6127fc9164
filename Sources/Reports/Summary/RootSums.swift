import GraphParser

/// Sums of the calls that nobody called, by function, those that are fragments apart.
struct RootSums {
    /// The calls of one function that have others below them. Those without are in ``leaves``.
    struct Root {
        let function: FunctionID
        let isFragment: Bool
        /// Their durations.
        var latency = Histogram()
        var partialCalls = 0
        /// Those of them that are in no layer's times: what they called was not recorded.
        var hollowCalls = 0
        /// Complete calls in their trees.
        var treeCalls = 0
        /// Those below them that are the kernel's.
        var kernelCallsBelow = 0
    }

    private(set) var roots: [Root] = []
    /// By root: its calls with nothing below them. All that is to be known of them is their duration, which is their layer's, too.
    var leaves: [Histogram] = []
    private let layerCount: Int
    /// By root and layer: where in `layers` it is; negative where the layer does not occur. Most roots meet few layers.
    private var places: [Int32] = []
    /// Self times of a layer in the calls of a root in which it occurred.
    private var layers: [Histogram] = []

    init(layerCount: Int) { self.layerCount = layerCount }

    /// A root that was not there yet.
    ///
    /// - Returns: its number.
    mutating func add(_ function: FunctionID, isFragment: Bool) -> Int {
        roots.append(Root(function: function, isFragment: isFragment))
        leaves.append(Histogram())
        places.append(contentsOf: repeatElement(-1, count: layerCount))
        return roots.count - 1
    }

    /// A complete call with others below it has ended.
    @inline(__always)
    mutating func record(_ call: Call, duration: UInt64, of root: Int) {
        roots[root].latency.record(duration)
        if !call.isWhole { roots[root].partialCalls &+= 1 }
        if call.isHollow { roots[root].hollowCalls &+= 1 }
    }

    /// What a layer has in the tree of that call, the call included.
    @inline(__always)
    mutating func record(_ time: LayerTime, of layer: Int, in root: Int, isHollow: Bool) {
        roots[root].treeCalls &+= time.calls
        roots[root].kernelCallsBelow &+= time.calls &- time.userCalls
        if isHollow { return }
        let known = places[root &* layerCount &+ layer]
        layers[known < 0 ? place(ofNew: layer, in: root) : Int(known)].record(time.selfNs)
    }

    /// The call itself is not below itself.
    mutating func takeOut(_ call: Call, of root: Int) {
        if !call.isUser { roots[root].kernelCallsBelow &-= 1 }
    }

    @inline(never)
    private mutating func place(ofNew layer: Int, in root: Int) -> Int {
        places[root * layerCount + layer] = Int32(layers.count)
        layers.append(Histogram())
        return layers.count - 1
    }

    /// The self times of the layers that occur in a root, by the layers' numbers.
    func layers(of root: Int) -> [(layer: Int, selfNs: Histogram)] {
        (0..<layerCount).compactMap { layer in
            let place = places[root * layerCount + layer]
            return place < 0 ? nil : (layer, layers[Int(place)])
        }
    }
}
