/// What can lie between two points of a request that were recorded one after the other.
///
/// Where points between them are not recorded, or were missed, one stage stands for several: `transmit + wire and target + response`.
/// Its name says so, and what has all points is never added to what lacks some.
struct StageKind: Equatable, Sendable {
    /// What a stage is made of.
    struct Part: Equatable, Sendable {
        let name: String
        let layer: String
        /// Where it stands in lists: a point's place, in halves for what some requests have besides.
        let place: Int

        /// - Parameters:
        ///   - point: from which on it goes on.
        ///   - isExtra: whether most requests go from that point on with another part.
        init(_ name: String, _ layer: String, from point: RequestPoint, isExtra: Bool = false) {
            (self.name, self.layer) = (name, layer)
            place = 2 * Int(point.rawValue) + (isExtra ? 1 : 0)
        }
    }

    private let parts: [Part]

    /// `path issue + scsi dispatch`
    var name: String { parts.map(\.name).joined(separator: " + ") }
    /// Who has the request meanwhile: a layer of the layer map, or `target` for whatever lies behind the host. The way to the
    /// target and back is what takes time wherever it is in.
    var layer: String { parts.first { $0.layer == "target" }?.layer ?? parts[0].layer }
    /// In which order stages are listed.
    var order: Int { parts[0].place << 8 + parts[parts.count - 1].place }

    /// Waiting for the target's word to go on with a write's data (R2T).
    private static let moreData = Part("wire and target (R2T)", "target", from: .sent, isExtra: true)
    /// Handed to TCP, which waits for room or for the other side.
    private static let tcpQueue = Part("TCP queue", "net", from: .transmit, isExtra: true)
    /// The whole way of a command where nothing of the transport is known.
    private static let transport = Part("transport and target", "target", from: .commanded, isExtra: true)
    /// From dm to the target and back, of which nothing else is known.
    private static let wholePath = Part("path, transport and target", "target", from: .dispatched, isExtra: true)
    /// No path would take the request, or its clone.
    private static let busy = Part("wait for a path", "dm", from: .queued, isExtra: true)
    /// The path ended the clone without sending anything.
    private static let refused = Part("path refused", "scsi", from: .cloned, isExtra: true)

    /// The driver gave the command back.
    private static let unsent = Part("command refused", "libiscsi", from: .issued, isExtra: true)

    /// What is known of the way that a command took.
    enum Way: Int, CaseIterable {
        case other, iSCSI
        /// It failed before it was a command.
        case none
    }

    private static func parts(from: RequestPoint, to: RequestPoint, _ way: Way) -> [Part] {
        let isISCSI = way == .iSCSI
        if way == .none, from == .commanded, to == .scsiDone { return [unsent] }
        if way == .none, (.cloned ... .issued) ~= from, (.cloneEnded ... .verdict) ~= to { return [refused] }
        switch (from, to) {
        case (.dispatched, .dispatched), (.cloned, .dispatched), (.issued, .dispatched), (.commanded, .dispatched):
            return [busy]
        // Sent again, which nobody saw, and perhaps answered.
        case (.retried, _) where to > .transmit && to < .retried:
            return [from.part] + span(.commanded, before: to, isISCSI)
        case (.retried, _), (.requeued, _): return [from.part]
        // Put back, which nobody saw.
        case (.taskDone, .issued), (.taskDone, .commanded), (.taskDone, .transmit), (.scsiDone, .issued),
            (.scsiDone, .commanded), (.scsiDone, .transmit), (.completed, .issued), (.completed, .commanded),
            (.completed, .transmit):
            return span(from, before: .dataDone, isISCSI) + [RequestPoint.retried.part]
        // What is put back is put back at the end of what went on.
        case (_, .retried): return span(from, before: max(from, .completed), isISCSI)
        case (_, .requeued): return [from.part]
        case (.transmit, .transmit), (.sent, .transmit):
            return [from == .transmit ? from.part : nil, moreData].compactMap(\.self)
        case (.out, .transmit): return [moreData]
        case (.received, .transmit): return [from.part, RequestPoint.commanded.part]
        case (.header, .transmit): return [RequestPoint.commanded.part]
        case (.transmit, .out): return [from.part]
        case (.sent, .out): return [tcpQueue]
        // A bio whose path's request nobody followed.
        case (.dispatched, .verdict): return [wholePath]
        // A bio that went another way, which nobody saw begin.
        case (.verdict, .verdict): return [RequestPoint.requeued.part, wholePath]
        case (.queued, .dispatched): return [from.part]
        case (.arrived, .dispatched): return [from.part, RequestPoint.queued.part]
        case (_, .dispatched): return [RequestPoint.requeued.part]
        default: return to > from ? span(from, before: to, isISCSI) : [RequestPoint.retried.part]
        }
    }

    private static func span(_ from: RequestPoint, before to: RequestPoint, _ isISCSI: Bool) -> [Part] {
        var parts: [Part] = []
        parts.reserveCapacity(points.count)
        for point in points where point >= from && (point < to || point == from) && point < .ended {
            // Most captures do not look into TCP, and miss nothing then.
            if !isISCSI && point.isOfISCSI || point == .received && from != .received { continue }
            let part = point == .commanded && !isISCSI ? transport : point.part
            if parts.last?.name != part.name { parts.append(part) }
        }
        return parts.isEmpty ? [from.part] : parts
    }

    // MARK: All of them

    /// Those with names of their own, and for each pair of points which it is.
    private static let table: (kinds: [StageKind], numbers: [Int]) = {
        var kinds: [StageKind] = []
        var numbers: [Int] = []
        // By its parts: each has a place of its own.
        var known: [UInt64: Int] = [:]
        for way in Way.allCases {
            for from in points {
                for to in points {
                    let parts = parts(from: from, to: to, way)
                    let places = parts.reduce(0 as UInt64) { $0 | 1 << UInt64($1.place) }
                    let number = known[places, default: kinds.count]
                    if number == kinds.count {
                        known[places] = number
                        kinds.append(StageKind(parts: parts))
                    }
                    numbers.append(number)
                }
            }
        }
        return (kinds, numbers)
    }()

    private static let points = RequestPoint.allCases

    static let all = table.kinds

    /// The number in ``all`` of what lies between two points.
    @inline(__always)
    static func number(from: RequestPoint, to: RequestPoint, way: Way) -> Int {
        let count = RequestPoint.allCases.count
        return table.numbers[(way.rawValue * count + Int(from.rawValue)) * count + Int(to.rawValue)]
    }
}
