import GraphParser

/// What has been the matter with sessions, hosts, disks, maps and multipathd, and when: what a request's time is held against.
struct FailoverTracks {
    /// An iSCSI session.
    struct Session {
        /// Without an answer, until a ping was given up.
        var pingWaits = Spells()
        /// Segments went out again, until the connection was given up.
        var tcpWaits = Spells()
        /// From the failed connection until the session was back, or recovery_tmo over.
        var away = Spells()
        /// When it was blocked, while nothing came of that yet: recovery_tmo runs from there.
        var blockedAt: UInt64?
        /// The first segment that was sent again since the last answer; the last one, and how many they were.
        var firstRetransmit: UInt64?
        var lastRetransmit: UInt64 = 0
        var retransmits = 0
        /// When a sign of life was asked for, the last time.
        var pingAt: UInt64?
        /// It answered after this: the question before.
        var aliveAt: UInt64?
        /// When its connection failed, until the session is back.
        var failedAt: UInt64?
    }

    /// A SCSI host.
    struct Host {
        /// With commands in the error handler.
        var handler = Spells()
    }

    /// A path's disk.
    struct Disk {
        /// dm does not use it.
        var failed = Spells()
        /// SCSI does not take commands for it.
        var offline = Spells()
        var lastAnswer: UInt64 = 0
        /// Since dm failed it, nothing but dm's word has been against it.
        var isOnlyDMs = false
        /// It was removed.
        var isGone = false
        /// When multipathd last said that it is to be failed.
        var daemonFailedAt: UInt64?
        /// When the target last said something of its port group.
        var aluaAt: UInt64?
        /// When it could be used again, while dm did not use it yet.
        var backAt: UInt64?
    }

    /// A multipath map.
    struct Map {
        var withoutPath = Spells()
        /// The hardware handler is at work, and on how many paths.
        var groupInit = Spells()
        var inits = 0
        /// When a path was there again that dm did not know of yet; in order.
        var backs: [UInt64] = []
    }

    var sessions: [UInt32: Session] = [:]
    var hosts: [Int64: Host] = [:]
    var disks: [BlockDevice: Disk] = [:]
    var maps: [BlockDevice: Map] = [:]
    /// multipathd's thread that checks paths stood still itself.
    var daemonBlocked = Spells()

    /// The last moment at which anything was the matter; `.max` while something is.
    private(set) var troubleUntil: UInt64 = 0

    /// Path groups that are being initialised.
    var initsUnderWay: Int { maps.values.reduce(0) { $0 + ($1.groupInit.isOpen ? 1 : 0) } }

    /// Something has begun or ended.
    mutating func noteChange(at time: UInt64, isAnyOpen: Bool) {
        troubleUntil = isAnyOpen ? .max : max(troubleUntil == .max ? 0 : troubleUntil, time)
    }

    /// The last answer of any disk of a session; nil if there was none.
    func lastAnswer(of disks: some Sequence<BlockDevice>) -> UInt64? {
        disks.compactMap { self.disks[$0]?.lastAnswer }.filter { $0 > 0 }.max()
    }
}
