/// What can lie between two points of a request that were recorded one after the other.
///
/// Where points between them are not recorded, or were missed, one stage stands for several: `transmit + wire and target + response`.
/// Its name says so, and what has all points is never added to what lacks some.
struct StageKind: Equatable, Sendable {
    /// What a stage is made of.
    struct Part: Equatable, Sendable {
        let name: String
        let layer: String

        init(_ name: String, _ layer: String) { (self.name, self.layer) = (name, layer) }
    }

    let name: String
    /// Who has the request meanwhile: a layer of the layer map, or `target` for whatever lies behind the host.
    let layer: String
    /// In which order stages are listed.
    let order: Int

    /// Waiting for the target's word to go on with a write's data (R2T).
    private static let moreData = Part("wire and target (R2T)", "target")
    /// The whole way of a command where nothing of the transport is known.
    private static let transport = Part("transport and target", "target")
    /// No path would take the request, or its clone.
    private static let busy = Part("wait for a path", "dm")
    /// The path ended the clone without sending anything.
    private static let refused = Part("path refused", "scsi")

    /// What is known of the way that a command took.
    enum Way: Int, CaseIterable {
        case other, iSCSI
        /// It failed before it was a command.
        case none
    }

    private init(_ parts: [Part], order: Int) {
        name = parts.map(\.name).joined(separator: " + ")
        // The way to the target and back is what takes time wherever it is in.
        layer = parts.first { $0.layer == "target" }?.layer ?? parts[0].layer
        self.order = order
    }

    private static func parts(from: RequestPoint, to: RequestPoint, _ way: Way) -> [Part] {
        let isISCSI = way == .iSCSI
        if way == .none, (.cloned ... .issued) ~= from, (.cloneEnded ... .verdict) ~= to { return [refused] }
        switch (from, to) {
        case (.dispatched, .dispatched), (.cloned, .dispatched), (.issued, .dispatched), (.commanded, .dispatched): return [busy]
        case (.retried, _), (.requeued, _): return [from.part]
        // What is put back is put back at the end of what went on.
        case (_, .retried): return span(from, before: max(from, .completed), isISCSI)
        case (_, .requeued): return [from.part]
        case (.transmit, .transmit), (.sent, .transmit): return [from == .transmit ? from.part : nil, moreData].compactMap(\.self)
        case (.header, .transmit): return [RequestPoint.commanded.part]
        case (.queued, .dispatched): return [from.part]
        case (_, .dispatched): return [RequestPoint.requeued.part]
        default: return to > from ? span(from, before: to, isISCSI) : [RequestPoint.retried.part]
        }
    }

    private static func span(_ from: RequestPoint, before to: RequestPoint, _ isISCSI: Bool) -> [Part] {
        var parts: [Part] = []
        for point in RequestPoint.allCases where point >= from && (point < to || point == from) && point < .ended {
            if isISCSI || !point.isOfISCSI {
                parts.append(point == .commanded && !isISCSI ? transport : point.part)
            }
        }
        return parts.isEmpty ? [from.part] : parts
    }

    // MARK: All of them

    /// Those with names of their own, and for each pair of points which it is.
    private static let table: (kinds: [StageKind], numbers: [Int]) = {
        var kinds: [StageKind] = []
        var numbers: [Int] = []
        for way in Way.allCases {
            for from in RequestPoint.allCases {
                for to in RequestPoint.allCases {
                    let kind = StageKind(
                        parts(from: from, to: to, way), order: Int(from.place) << 8 + Int(to.place))
                    let known = kinds.firstIndex { $0.name == kind.name }
                    numbers.append(known ?? kinds.count)
                    if known == nil { kinds.append(kind) }
                }
            }
        }
        return (kinds, numbers)
    }()

    static let all = table.kinds

    /// The number in ``all`` of what lies between two points.
    @inline(__always)
    static func number(from: RequestPoint, to: RequestPoint, way: Way) -> Int {
        let count = RequestPoint.allCases.count
        return table.numbers[(way.rawValue * count + Int(from.rawValue)) * count + Int(to.rawValue)]
    }
}

extension RequestPoint {
    /// Where what is put back stands in lists.
    fileprivate var place: UInt8 {
        switch self {
        case .retried: RequestPoint.completed.rawValue + 1
        default: rawValue * 2
        }
    }
}
