import GraphParser

/// Where a trace lets requests be joined both by address and by sector: how often the second says something else than the first.
struct JoinComparison {
    private struct Key: Hashable {
        let device: BlockDevice?
        let sector: UInt64
        let dataDone: UInt64
    }

    /// The last try's beginnings, and all tries' disks.
    private struct Way {
        let disks: [BlockDevice?]
        let dispatched: UInt64
        let cloned: UInt64
    }

    /// More than can have ended by the one and not yet by the other.
    private static let capacity = 1 << 16

    private var byPointer: [Key: Way] = [:]
    private var bySector: [Key: Way] = [:]
    /// Requests that both joins gave the same completion of data, and another path or beginning.
    private(set) var disagreed = 0
    /// Requests that both know.
    private(set) var compared = 0

    /// Forgets what has been counted.
    mutating func renew() { (disagreed, compared) = (0, 0) }

    mutating func add(_ live: borrowing LiveRequest, _ kind: JoinKind) {
        // A completion of data is one event: whose it is, is what both say.
        guard let done = live.dataDone, let dispatched = live.time(ofLast: .dispatched),
            let cloned = live.time(ofLast: .cloned)
        else { return }
        let key = Key(device: live.device, sector: live.sector, dataDone: done)
        let way = Way(disks: live.tries.filter { !$0.isRejected }.map(\.disk), dispatched: dispatched, cloned: cloned)
        if kind == .pointer {
            if let other = Self.meet(key, way, &bySector, &byPointer) { compare(way, other) }
        } else if let other = Self.meet(key, way, &byPointer, &bySector) {
            compare(other, way)
        }
    }

    /// - Returns: what the other join has of the same; else it is kept until that comes.
    private static func meet(_ key: Key, _ way: Way, _ others: inout [Key: Way], _ own: inout [Key: Way]) -> Way? {
        if let other = others.removeValue(forKey: key) { return other }
        if own.count >= capacity { own.removeAll() }
        own[key] = way
        return nil
    }

    private mutating func compare(_ pointer: Way, _ sector: Way) {
        compared += 1
        // Between dm's dispatch and the clone the request is issued, and behind that it is remapped.
        let isIssueOfIt = (pointer.dispatched...max(pointer.dispatched, pointer.cloned)).contains(sector.dispatched)
        if pointer.disks != sector.disks || !isIssueOfIt { disagreed += 1 }
    }
}

extension LiveRequest {
    fileprivate func time(ofLast point: RequestPoint) -> UInt64? { steps.last { $0.point == point }?.time }
}
