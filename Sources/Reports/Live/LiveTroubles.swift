import GraphParser
import TraceFormat

/// Something that is the matter with a path or a map while it is looked at.
public struct LiveTrouble: Codable, Equatable, Sendable {
    /// What it is.
    public enum Kind: String, Codable, Sendable {
        /// The map has no path: its requests wait, or fail.
        case noPath = "no path left"
        /// Commands of the session wait until it is back, or recovery_tmo is over.
        case sessionBlocked = "session blocked"
        /// The session is away, and what waited for it has failed.
        case sessionDown = "session down"
        /// SCSI takes no commands for the disk.
        case offline = "disk offline"
        /// The host has commands in SCSI's error handler, and stands still meanwhile.
        case errorHandler = "error handler"
        /// dm does not use the path.
        case pathFailed = "path failed"
        /// The hardware handler is initialising a path group.
        case groupInit = "path group initialisation"
    }

    /// What it is.
    public let kind: Kind
    /// The map; nil where it is not known.
    @NullWhenAbsent public internal(set) var map: String?
    /// The path's disk, or several of a session or host; nil for what is of a whole map.
    @NullWhenAbsent public internal(set) var path: String?
    /// Since when, in ns of the trace clock.
    public let sinceNs: UInt64
    /// How long by now.
    public let forNs: UInt64
    /// Whether it was there when the recording began, so that it may be older.
    public let beganBefore: Bool
    /// Who has to do something for it to end; nil where that is not known.
    @NullWhenAbsent public internal(set) var owner: StallOwner?
}

/// What is the matter at a moment, by what has been seen until then.
struct LiveTroubles {
    private let watch: FailoverWatch
    private let names: PathNames
    private let time: UInt64

    init(_ watch: FailoverWatch, at time: UInt64) {
        (self.watch, self.time) = (watch, time)
        names = PathNames(topology: watch.book.topology)
    }

    /// The gravest first, and of those the oldest.
    var all: [LiveTrouble] {
        let tracks = watch.tracks
        var found: [(rank: Int, trouble: LiveTrouble)] = []
        for (map, state) in tracks.maps {
            if let since = state.withoutPath.openSince {
                let isBack = state.backs.contains { $0 >= since }
                found.append((0, trouble(.noPath, map: map, [], since, isBack ? .checker : .noPath)))
            }
            if let since = state.groupInit.openSince {
                found.append((6, trouble(.groupInit, map: map, [], since, .groupInit)))
            }
        }
        for (sid, session) in tracks.sessions {
            guard let since = [session.failedAt, session.blockedAt].compactMap(\.self).min() else { continue }
            let isBlocked = session.away.isOpen
            found.append(
                (
                    isBlocked ? 1 : 2,
                    trouble(
                        isBlocked ? .sessionBlocked : .sessionDown, watch.book.disks(ofSession: sid), since,
                        isBlocked ? .session : nil)
                ))
        }
        for (host, state) in tracks.hosts {
            guard let since = state.handler.openSince else { continue }
            found.append((3, trouble(.errorHandler, watch.book.disks(ofHost: host), since, .errorHandler)))
        }
        for (disk, state) in tracks.disks where !state.isGone && watch.book.map(of: disk) != nil {
            if let since = state.offline.openSince { found.append((4, trouble(.offline, [disk], since, nil))) }
            if let since = state.failed.openSince {
                found.append((5, trouble(.pathFailed, [disk], since, owner(of: disk, state))))
            }
        }
        return found.sorted {
            ($0.rank, $0.trouble.sinceNs, $0.trouble.path ?? "", $0.trouble.map ?? "")
                < ($1.rank, $1.trouble.sinceNs, $1.trouble.path ?? "", $1.trouble.map ?? "")
        }.map(\.trouble)
    }

    /// Whom a path that dm does not use waits for.
    private func owner(of disk: BlockDevice, _ state: FailoverTracks.Disk) -> StallOwner? {
        if let sid = watch.book.session(of: disk), let session = watch.tracks.sessions[sid] {
            if session.away.isOpen { return .session }
            if session.failedAt != nil { return nil }
        }
        if watch.isInHandler(disk) { return .errorHandler }
        if state.offline.isOpen { return nil }
        return state.backAt == nil ? nil : watch.tracks.daemonBlocked.isOpen ? .daemon : .checker
    }

    private func trouble(
        _ kind: LiveTrouble.Kind, map: BlockDevice? = nil, _ disks: [BlockDevice], _ since: UInt64, _ owner: StallOwner?
    ) -> LiveTrouble {
        let maps = Set(disks.compactMap { watch.book.map(of: $0) }).sorted()
        let shown = disks.sorted().prefix(4).map(names.disk).joined(separator: " ")
        let others = disks.count > 4 ? " and \(disks.count - 4) more" : ""
        return LiveTrouble(
            kind: kind, map: names.map(map ?? (maps.count == 1 ? maps[0] : nil)),
            path: disks.isEmpty ? nil : shown + others, sinceNs: since, forNs: time - min(since, time),
            beganBefore: since <= watch.firstTime ?? 0, owner: owner)
    }
}
