import GraphParser

/// multipathd's threads that stand still.
extension FailoverWatch {
    /// Interrupts among the flags that all events have.
    private static let interruptFlags: UInt64 = 0x08 | 0x10

    mutating func daemonSign(
        _ kind: FailoverEvent, _ read: EventTable<FailoverEvent>.Reading, _ time: UInt64, tid: Int32?
    ) {
        if kind == .waking {
            guard let woken = read.signed(1).flatMap(Int32.init(exactly:)) else { return }
            let isInterrupt = read(2).map { $0 & Self.interruptFlags != 0 } ?? true
            return daemon.woken(woken, by: tid, isInterrupt: isInterrupt, names: names)
        }
        guard let previous = read.signed(1).flatMap(Int32.init(exactly:)),
            let next = read.signed(4).flatMap(Int32.init(exactly:))
        else { return }
        let wait = daemon.switched(
            from: (read.string(0), previous, Self.state(read)), to: (read.string(3), next), at: time)
        if let wait { waited(wait) }
    }

    /// As the kernel's bits: 1 sleeps, 2 does so uninterruptibly. A text has letters.
    private static func state(_ read: EventTable<FailoverEvent>.Reading) -> Int64 {
        if let bits = read.signed(2) { return bits }
        let letters = read.string(2) ?? ""
        return letters.contains("D") ? 2 : letters.contains("S") ? 1 : 0
    }

    mutating func waited(_ wait: DaemonTrack.Wait) {
        // Threads without a name of their own are told of, and not held responsible.
        if names.comm(of: wait.tid) == DaemonTrack.checker { tracks.daemonBlocked.add(from: wait.from, to: wait.to) }
        for incident in log.all where incident.start < wait.to && incident.takes(wait.from) {
            incident.note(text(of: wait), Self.daemonLayer, nil, at: wait.from, until: wait.to)
        }
    }

    func text(of wait: DaemonTrack.Wait) -> String {
        let known = names.comm(of: wait.tid).flatMap { $0 == DaemonTrack.program ? nil : $0 }
        let name = known ?? "a thread of multipathd"
        let length = Figures.duration(wait.to - wait.from)
        guard let holder = wait.holder else { return "\(name) is stuck in the kernel for \(length)" }
        return "\(name) waits \(length) for a lock that \(names.comm(of: holder) ?? "another thread") has"
    }
}
