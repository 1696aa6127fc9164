import GraphParser

/// Who owned each part of a request's time: its stages, held against what was the matter meanwhile. The parts lie one behind the other,
/// and add up to the request's latency exactly.
struct StallParts {
    /// A part of the time.
    struct Part: Equatable {
        var owner: StallOwner
        var from: UInt64
        var to: UInt64
        var ns: UInt64 { to - from }
    }

    private(set) var parts: [Part] = []

    /// What a stage's time can have been spent on.
    private enum Way {
        /// Not yet dispatched, or waiting for a path that has room.
        case waiting
        case requeued
        case retried
        /// Out on a path.
        case out
        /// Done, and on its way up.
        case done
    }

    private let tracks: FailoverTracks
    private let book: PathBook
    private let map: BlockDevice?
    /// When the command was sent last: timers of before are of earlier rounds.
    private var roundBegan: UInt64 = 0

    /// - Parameter until: when a request that is cut off was seen last; nil for one that is over.
    init(_ live: borrowing LiveRequest, _ tracks: FailoverTracks, _ book: PathBook, until: UInt64? = nil) {
        (self.tracks, self.book, map) = (tracks, book, live.device)
        for (stage, number) in RequestTimeline.Tries(of: copy live) {
            let (from, to) = (live.steps[stage], live.steps[stage + 1])
            let one = number.map { live.tries[$0] }
            let way = Self.way(from.point, to.point)
            let isVain = way == .out && Self.isVain(live.steps[(stage + 1)...], one)
            add(way, from.time, to.time, one, isPutBack: to.point == .retried, isVain: isVain)
            if way == .retried { roundBegan = to.time }
        }
        if let until, let last = live.steps.last, until > last.time {
            add(Self.way(last.point, last.point), last.time, until, live.tries.last)
        }
        leaveOutShortWaits()
    }

    /// Behind others, or in vain on a path, for less, it is as usual.
    private static let longNs: UInt64 = 100_000_000

    private mutating func leaveOutShortWaits() {
        for owner in [StallOwner.queue, .unanswered] {
            let ns = parts.filter { $0.owner == owner }.reduce(0 as UInt64) { $0 + $1.ns }
            guard ns > 0, ns < Self.longNs else { continue }
            let old = parts
            parts.removeAll()
            for part in old { append(part.owner == owner ? .path : part.owner, part.from, part.to) }
        }
    }

    /// Whether what is out on a path comes back without having been done.
    private static func isVain(_ later: ArraySlice<LiveRequest.Step>, _ one: LiveRequest.Try?) -> Bool {
        if let one, one.error != 0, !one.isRejected { return true }
        return later.first { ends.contains($0.point) }?.point == .retried
    }

    /// With which a round is over.
    private static let ends: Set<RequestPoint> = [.retried, .requeued, .dataDone, .dmDone, .verdict, .ended]

    private static func way(_ from: RequestPoint, _ to: RequestPoint) -> Way {
        let isAgain = (.issued ... .transmit) ~= to
        switch from {
        case .arrived, .queued: return .waiting
        case .requeued: return .requeued
        case .retried: return .retried
        case .dispatched, .cloned, .issued, .commanded: return to == .dispatched ? .waiting : .out
        case .transmit, .sent, .out, .received, .header: return .out
        // Put back, which nobody saw.
        case .taskDone, .scsiDone, .completed: return isAgain ? .retried : to == .dispatched ? .requeued : .done
        case .dataDone, .cloneEnded, .dmDone, .verdict, .ended: return to == .dispatched ? .requeued : .done
        }
    }

    // MARK: One stage

    private mutating func add(
        _ way: Way, _ from: UInt64, _ to: UInt64, _ one: LiveRequest.Try?, isPutBack: Bool = false,
        isVain: Bool = false
    ) {
        guard to > from else { return }
        let session = one?.disk.flatMap(book.session).flatMap { tracks.sessions[$0] }
        let handler = one?.disk.flatMap(book.host).flatMap { tracks.hosts[$0]?.handler }
        switch way {
        case .done: append(isPutBack && timer(one, until: to) != nil ? .errorHandler : .path, from, to)
        case .out: out(from, to, one, session, isVain: isVain)
        case .retried: paint(.retry, from, to, [(.session, session?.away), (.errorHandler, handler)])
        case .requeued, .waiting:
            let own = map.flatMap { tracks.maps[$0] }
            let overlays: [(StallOwner, Spells?)] = [
                (.noPath, own?.withoutPath), (.groupInit, own?.groupInit), (.session, session?.away),
                (.errorHandler, handler),
            ]
            paint(way == .requeued ? .requeue : .queue, from, to, overlays)
        }
    }

    private mutating func out(
        _ from: UInt64, _ to: UInt64, _ one: LiveRequest.Try?, _ session: FailoverTracks.Session?, isVain: Bool
    ) {
        // Where its timer ran out, the command is the error handler's from there on.
        let timer = timer(one, until: to)
        let end = timer.map { max($0, from) } ?? to
        let overlays: [(StallOwner, Spells?)] = [
            (.session, session?.away), (.pingWait, session?.pingWaits), (.tcp, session?.tcpWaits),
        ]
        let base = isVain ? StallOwner.unanswered : .path
        paint(timer == nil ? base : .commandTimer, from, end, overlays)
        paint(.errorHandler, end, to, [])
    }

    /// When the round's timer ran out, if it had by then.
    private func timer(_ one: LiveRequest.Try?, until time: UInt64) -> UInt64? {
        one?.timeoutTimes.first { $0 > roundBegan && $0 <= time }
    }

    /// Parts of the first overlay that is so at a time, and else of the owner.
    private mutating func paint(_ base: StallOwner, _ from: UInt64, _ to: UInt64, _ overlays: [(StallOwner, Spells?)]) {
        guard let (owner, spells) = overlays.first else { return append(base, from, to) }
        let rest = Array(overlays.dropFirst())
        var time = from
        for piece in spells?.pieces(from: from, to: to) ?? [] {
            if piece.from > time { paint(base, time, piece.from, rest) }
            if owner == .noPath { withoutPath(piece) } else { append(owner, piece.from, piece.to) }
            time = piece.to
        }
        if time < to { paint(base, time, to, rest) }
    }

    /// Until a path is there again nobody can help; from then on it is multipathd's turn.
    private mutating func withoutPath(_ piece: Spells.Spell) {
        let map = map.flatMap { tracks.maps[$0] }
        let spell = map?.withoutPath.all.last { $0.from <= piece.from } ?? piece
        let back = map?.backs.first { $0 >= spell.from } ?? piece.to
        let turn = min(max(back, piece.from), piece.to)
        append(.noPath, piece.from, turn)
        paint(.checker, turn, piece.to, [(.daemon, tracks.daemonBlocked)])
    }

    private mutating func append(_ owner: StallOwner, _ from: UInt64, _ to: UInt64) {
        guard to > from else { return }
        if let last = parts.last, last.owner == owner, last.to == from {
            parts[parts.count - 1].to = to
        } else {
            parts.append(Part(owner: owner, from: from, to: to))
        }
    }

    // MARK: As a whole

    /// Whether it stood still at all.
    var stoodStill: Bool { parts.contains { !$0.owner.isNormal } }

    /// The whole of it.
    var ns: UInt64 { parts.reduce(0) { $0 + $1.ns } }

    /// The time of each owner, in the order in which they had it first.
    var byOwner: [(owner: StallOwner, ns: UInt64)] {
        var sums: [(owner: StallOwner, ns: UInt64)] = []
        for part in parts {
            if let known = sums.firstIndex(where: { $0.owner == part.owner }) {
                sums[known].ns += part.ns
            } else {
                sums.append((part.owner, part.ns))
            }
        }
        return sums
    }
}
