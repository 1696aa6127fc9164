/// Points of clones that nobody saw made: the event was missed, or they are no clones but commands of others. dm's end of a clone
/// tells whose it was.
struct StrayClones {
    private static let capacity = 4096
    private static let maxSteps = 64

    private var steps: [UInt64: [LiveRequest.Step]] = [:]

    mutating func pass(_ clone: UInt64, _ point: RequestPoint, _ moment: PointerJoin.Moment) {
        // A new life of the address.
        if point == .issued || (point == .transmit && steps[clone]?.last?.point ?? .transmit > .transmit) {
            steps[clone] = nil
        }
        if steps.count >= Self.capacity, steps[clone] == nil { steps.removeAll() }
        guard steps[clone, default: []].count < Self.maxSteps else { return }
        steps[clone, default: []].append(
            .init(
                time: moment.time, point: point, cpu: Int16(truncatingIfNeeded: moment.cpu), tid: moment.tid ?? -1))
    }

    mutating func take(_ clone: UInt64) -> [LiveRequest.Step] { steps.removeValue(forKey: clone) ?? [] }
}
