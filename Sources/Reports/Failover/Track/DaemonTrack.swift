import GraphParser

/// When multipathd's threads stood still, and for whom.
///
/// A thread that sleeps uninterruptibly waits for a disk. One that another of those threads wakes which take turns with `vecs->lock` has
/// waited for that lock: none of them has another way to wake the other.
struct DaemonTrack {
    /// A time that a thread stood still.
    struct Wait {
        let tid: Int32
        let from: UInt64
        let to: UInt64
        /// Whoever had the lock; nil for one that waited in the kernel.
        let holder: Int32?
    }

    private struct Sleep {
        let from: UInt64
        let isUninterruptible: Bool
        var waker: Int32?
    }

    /// Shorter is no stall.
    private static let minNs: UInt64 = 500_000_000
    private static let maxThreads = 4096
    static let program = "multipathd"
    private static let takingTurns = ["multipathd[checkerloop]", "multipathd[uevqloop]", "multipathd[uxlsnrloop]"]
    static let checker = "multipathd[checkerloop]"

    private var sleeping: [Int32: Sleep] = [:]

    /// A CPU goes from one task to another.
    ///
    /// - Returns: the wait that is over.
    mutating func switched(
        from previous: (comm: String?, tid: Int32, state: Int64), to next: (comm: String?, tid: Int32), at time: UInt64
    ) -> Wait? {
        if previous.comm == Self.program, previous.state & 0xff != 0, sleeping.count < Self.maxThreads {
            sleeping[previous.tid] = Sleep(from: time, isUninterruptible: previous.state & 2 != 0)
        }
        guard next.comm == Self.program, let sleep = sleeping.removeValue(forKey: next.tid), time > sleep.from,
            time - sleep.from >= Self.minNs, sleep.isUninterruptible || sleep.waker != nil
        else { return nil }
        return Wait(tid: next.tid, from: sleep.from, to: time, holder: sleep.isUninterruptible ? nil : sleep.waker)
    }

    /// Somebody wakes a thread of multipathd.
    ///
    /// - Parameter isInterrupt: whether an interrupt does, whatever task it hit.
    mutating func woken(_ tid: Int32, by waker: Int32?, isInterrupt: Bool, names: TraceNames) {
        guard let waker, !isInterrupt, waker != tid, sleeping[tid]?.isUninterruptible == false,
            Self.takesTurns(names.comm(of: tid)), Self.takesTurns(names.comm(of: waker))
        else { return }
        sleeping[tid]?.waker = waker
    }

    private static func takesTurns(_ name: String?) -> Bool { name.map(takingTurns.contains) ?? false }

    /// Those that have not ended, at the trace's end.
    func unfinished(at time: UInt64) -> [Wait] {
        sleeping.compactMap { tid, sleep in
            guard sleep.isUninterruptible, time > sleep.from, time - sleep.from >= Self.minNs else { return nil }
            return Wait(tid: tid, from: sleep.from, to: time, holder: nil)
        }
        .sorted { $0.from < $1.from }
    }
}
