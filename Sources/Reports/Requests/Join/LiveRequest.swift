import GraphParser

/// A request that is under way, and what has been seen of it.
struct LiveRequest {
    /// A point that it came by.
    struct Step {
        let time: UInt64
        let point: RequestPoint
        let cpu: Int16
        let tid: Int32
    }

    /// One clone of it on one path.
    struct Try {
        /// 0 where there was none that could be told.
        var clone: UInt64
        /// The path's disk; nil where it is not known.
        var disk: BlockDevice?
        /// In ns; when the clone was made.
        var start: UInt64
        /// Which of the stages is the first that belongs to it, what led up to it included.
        var firstStage: Int
        /// What dm was told at its end, a `blk_status_t`; 0 for no error.
        var error: UInt8 = 0
        /// What SCSI was told by the driver, the last time; 0 for no error.
        var result: UInt32 = 0
        /// Whether the path did not take the clone, and the request waited.
        var isRejected = false
        /// The initiator's task of the command, while it is under way.
        var task: UInt64 = 0
        /// By which its answer is found: the tag on its connection.
        var tag: UInt64 = 0
        /// Where rounds but the first begin among the stages.
        var laterRounds: [Int] = []
        /// When SCSI's timer ran out, as often as it did; the first times are kept.
        var timeouts = 0
        var timeoutTimes: [UInt64] = []
        /// The timer of its command ran out, and the command was neither sent again nor over since: what SCSI's error handler has, it
        /// uses for commands of its own.
        var isInHandler = false
        /// Stages in which the driver gave a command back at once, with the host's word that it did not go out.
        var refused: [Int] = []
        /// The socket that the command goes through; 0 where that is not recorded.
        var socket: UInt64 = 0
        /// Segments with the beginning of its commands that TCP sent again.
        var retransmits = 0
    }

    /// The address of the kernel's request.
    var address: UInt64 = 0
    /// In the order in which requests were seen first, from 1.
    var id = 0
    /// The multipath device; nil where it is not known.
    var device: BlockDevice?
    /// In units of 512 bytes.
    var sector: UInt64 = 0
    var bytes: UInt32 = 0
    /// `cmd_flags`.
    var flags: UInt32 = 0
    /// What it asks for where the trace says that in words; nil where the flags do.
    var kindOfOperation: RequestOperation?
    /// When the kernel says that it made the request: the same for as long as it is the same request; 0 where it does not tell.
    var made: UInt64 = 0
    /// The task that the first bio came from; nil where that was not seen.
    var submitter: Int32?
    /// Whether it is a bio that dm hands on as it is, and not a request of its own (`queue_mode bio`).
    var isBio = false
    /// Bios in it; 0 where they were not counted.
    var bios = 0
    var steps: [Step] = []
    var tries: [Try] = []
    /// Where the next try begins among the stages.
    var nextTry = 0
    var dataDone: UInt64?
    /// Dispatches that ended without a clone, or with one that no path took.
    var busyDispatches = 0
    /// Clones beyond those that are kept, which the paths did not take.
    var furtherRejections: [BlockDevice?: Int] = [:]
    /// Whether another request could be meant with some of it.
    var isAmbiguous = false
    /// Points whose events were missed, and which others stand for.
    var stoodIn: [RequestPoint] = []
    var flaw: Flaw?
    /// The error that the request ended with, a `blk_status_t`.
    var error: UInt8 = 0

    /// Why nothing sure can be said of it.
    enum Flaw: String, CaseIterable {
        case inFlightAtStart = "in flight when the recording began"
        case inFlightAtEnd = "in flight when the recording ended"
        case beginMissed = "its beginning was missed"
        case endMissed = "its end was missed"
        case eventsLost = "events were lost meanwhile"
        case timesGoBack = "times go back"
        case pointerReused = "its address was used again before it ended"
        case tooMany = "too many at once"
        case outOfOrder = "points out of order"
        case tooLong = "more points than are kept of a request"

        /// Whether a request has this because the recording began, or ended, while it was under way.
        static func isCutOff(_ name: String) -> Bool {
            name == inFlightAtStart.rawValue || name == inFlightAtEnd.rawValue
        }
    }

    /// Makes room for another request, and keeps the memory.
    mutating func begin(address: UInt64, id: Int) {
        (self.address, self.id) = (address, id)
        (device, sector, bytes, flags, made, submitter, bios) = (nil, 0, 0, 0, 0, nil, 0)
        steps.removeAll(keepingCapacity: true)
        tries.removeAll(keepingCapacity: true)
        (kindOfOperation, isBio, isAmbiguous) = (nil, false, false)
        (nextTry, dataDone, busyDispatches, flaw, error) = (0, nil, 0, nil, 0)
        stoodIn.removeAll(keepingCapacity: true)
        if !furtherRejections.isEmpty { furtherRejections.removeAll() }
    }

    private static let maxSteps = 4096

    var last: RequestPoint? { steps.last?.point }

    /// So many clones in a row that no path took are kept; of further ones the waiting is one.
    private static let keptRejections = 64

    /// No path took the last clone, and dm is given the request again.
    mutating func reject() {
        if tries.isEmpty { return }
        tries[tries.count - 1].isRejected = true
        guard tries.count > Self.keptRejections, tries.suffix(Self.keptRejections + 1).allSatisfy(\.isRejected) else {
            return
        }
        let one = tries.removeLast()
        furtherRejections[one.disk, default: 0] += 1
        steps.removeSubrange((one.firstStage + 1)...)
    }

    /// Whether it was seen at a point since its last dispatch.
    func hasSince(dispatch points: PartialRangeFrom<RequestPoint>) -> Bool {
        for step in steps.reversed() {
            if step.point == .dispatched { return false }
            if points.contains(step.point) { return true }
        }
        return false
    }

    /// It comes by a point.
    mutating func pass(_ point: RequestPoint, _ time: UInt64, cpu: Int, tid: Int32?) {
        // None has so many, and whoever makes traces up must not fill the memory.
        guard steps.count < Self.maxSteps else {
            flaw = flaw ?? .tooLong
            return
        }
        if let last = steps.last {
            if time < last.time { flaw = flaw ?? .timesGoBack }
            if !point.mayFollow(last.point) { flaw = flaw ?? .outOfOrder }
            noteMissedSteps(to: point, behind: last.point)
        }
        if point == .retried || point == .dmDone, !tries.isEmpty { tries[tries.count - 1].isInHandler = false }
        steps.append(
            Step(time: time, point: point, cpu: Int16(truncatingIfNeeded: cpu), tid: tid ?? -1))
    }

    /// The event of a point was missed.
    mutating func standIn(_ point: RequestPoint) {
        if stoodIn.count < Self.maxSteps { stoodIn.append(point) }
    }

    /// Whether what comes now of its command is of one that the error handler sends in the command's place.
    var isHandlersOwn: Bool { last == .scsiDone && tries.last?.isInHandler == true }

    /// The driver tells of the command's end. Of several, which the error handler makes, the last is the command's own.
    mutating func passEnd(_ time: UInt64, cpu: Int, tid: Int32?) {
        if isHandlersOwn { steps.removeLast() }
        pass(.scsiDone, time, cpu: cpu, tid: tid)
    }

    /// A command that was put back has gone out, and one that goes out again was put back, whether that was seen or not.
    private mutating func noteMissedSteps(to point: RequestPoint, behind last: RequestPoint) {
        let isOut = (.issued ... .transmit) ~= point
        if last == .retried, !isOut, point < .dmDone {
            standIn(.commanded)
            beginRoundIfOver()
        } else if isOut, (.taskDone ... .completed) ~= last {
            standIn(.retried)
        }
    }

    /// Whether it can be a request of this device.
    func isOf(_ other: BlockDevice) -> Bool { device.map { $0 == other } ?? (tries.last?.disk != other) }

    /// A command goes out: once more if one came back before.
    mutating func beginRoundIfOver() {
        guard let last, !tries.isEmpty, flaw != .tooLong, (.taskDone ... .completed) ~= last || last == .retried else {
            return
        }
        // The stage that leads up to the round is its first: that of waiting, where SCSI put the command back.
        tries[tries.count - 1].laterRounds.append(max(steps.count - 1, tries[tries.count - 1].firstStage))
    }

    var stageCount: Int { max(steps.count - 1, 0) }
    var startNs: UInt64 { steps.first?.time ?? 0 }
    var endNs: UInt64 { steps.last?.time ?? 0 }
    var latencyNs: UInt64 { endNs >= startNs ? endNs - startNs : 0 }
}

extension LiveRequest {
    /// Whether SCSI was given its clone, for the first time, and nothing came of it yet.
    var isIssuedFirst: Bool { last == .issued && steps.count >= 2 && steps[steps.count - 2].point == .cloned }

    /// Whether a command that begins at a block of its disk can be its, whatever the size of blocks there, up to 4 KiB.
    func canBegin(at block: UInt64?) -> Bool {
        guard let block else { return false }
        return (0...3).contains { sector >> $0 == block }
    }

    /// Whether it has been dispatched in vain since its last point, so that another time makes no other stage.
    var isWaiting: Bool {
        steps.count >= 2 && steps[steps.count - 1].point == .dispatched && steps[steps.count - 2].point == .dispatched
    }

    mutating func goesOnWaiting(until time: UInt64) {
        let last = steps.removeLast()
        pass(last.point, time, cpu: Int(last.cpu), tid: last.tid)
    }

    /// Points that became known later. Those before its last dispatch are another's.
    mutating func insert(_ others: [Step]) {
        guard let dispatch = steps.lastIndex(where: { $0.point == .dispatched }) else { return }
        let own = steps[(dispatch + 1)...]
        let from = steps[dispatch].time
        let merged = (own + others.filter { $0.time >= from && $0.time <= endNs })
        // Of one time, in the order in which requests come by.
        steps.replaceSubrange(
            (dispatch + 1)..., with: merged.sorted { ($0.time, $0.point.rawValue) < ($1.time, $1.point.rawValue) })
    }
}
