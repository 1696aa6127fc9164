import GraphParser

/// What is looked at of a request that is over, or cut off by the end of the trace.
struct RequestEnd {
    /// The event that showed it, among those of its batch.
    let place: Int
    /// When it was over.
    let time: UInt64
    /// When it began.
    let start: UInt64
    /// When its last answer came.
    let answer: UInt64
    let map: BlockDevice?
    /// The disk that it was tried on last.
    let disk: BlockDevice?
    /// Whether it went well, as far as is known.
    let isWell: Bool
    let isCutOff: Bool
    /// All of it, where it may have stood still.
    let live: LiveRequest?

    init(_ live: borrowing LiveRequest, at place: Int, isWhole: Bool) {
        self.place = place
        (time, map, disk) = (live.endNs, live.device, live.tries.last?.disk)
        start = live.startNs
        answer = live.steps.last { (.taskDone ... .completed) ~= $0.point }?.time ?? live.endNs
        isWell = live.flaw == nil && live.error == 0
        isCutOff = live.flaw == .inFlightAtEnd
        self.live = isWhole ? copy live : nil
    }
}

extension LiveRequest {
    /// Whether something went wrong with it, and it was tried or sent again, or given up.
    var isInTrouble: Bool {
        tries.count > 1 || tries.contains { $0.error != 0 || $0.timeouts > 0 || !$0.laterRounds.isEmpty }
    }
}
