import FoundationEssentials
import Glibc

/// What a capture is changing, in a file that outlives it: each entry is there before its change is made. So after SIGKILL,
/// or a crash, `Restoration` can undo what the capture no longer could.
///
/// The file is locked as long as its process lives, which tells a capture that is running from one that was killed. It lies in
/// a directory that the next boot empties, like the settings themselves.
final class Journal {
    struct Owner: Codable, Equatable {
        let process: Int32
        /// The boot that the settings belong to: `/proc/sys/kernel/random/boot_id`.
        let boot: String
        /// Where the files are that were changed.
        let tracefs: String
    }

    /// A line of the file, as JSON.
    enum Entry: Codable, Equatable {
        case owner(Owner)
        /// A file of tracefs, before its first change.
        case setting(TracefsState.Saved)
        /// An instance of tracefs, before it is made.
        case instance(String)
        /// Probes, before they are set.
        case probes(ProbeList)
        /// All settings before this are as they were.
        case settingsRestored
        /// A file that is removed unless it gets its name.
        case temporaryFile(String)
    }

    static let defaultDirectory = "/run/dmflow"
    static let name = "capture.journal"

    let path: String
    private(set) var entries: [Entry] = []
    private let directory: String
    private let descriptor: Int32
    private let isLocked: Bool
    private var isRead = false

    /// Opens and locks the journal.
    ///
    /// - Parameters:
    ///   - directory: made if it is not there, for its owner only.
    ///   - create: whether a journal is made where there is none.
    /// - Returns: nil if there is none and none is to be made.
    /// - Throws: `.captureRunning`, `.journalNotUsable`, `.journalDamaged`.
    init?(in directory: String = defaultDirectory, create: Bool) throws(CaptureError) {
        self.directory = directory
        path = "\(directory)/\(Self.name)"
        guard let opened = try Self.open(path, in: directory, create: create) else { return nil }
        (descriptor, isLocked) = opened
        entries = try Self.entries(try readWholeFile(path), path: path)
        if !isLocked { throw CaptureError(.captureRunning(process: owner?.process), path: path) }
        isRead = true
    }

    /// The file that has the name when it is locked: the one that was opened may have been removed meanwhile.
    private static func open(
        _ path: String, in directory: String, create: Bool
    ) throws(CaptureError) -> (descriptor: Int32, isLocked: Bool)? {
        while true {
            if create { mkdir(directory, 0o700) }
            let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_APPEND | (create ? O_CREAT : 0)
            guard let descriptor = retrying({ Glibc.open(path, flags, 0o600) }) else {
                if errno == ENOENT && !create { return nil }
                throw CaptureError(.journalNotUsable, path: path, errno: errno)
            }
            if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == nil {
                if errno == EWOULDBLOCK { return (descriptor, false) }
                let failure = errno
                close(descriptor)
                throw CaptureError(.journalNotUsable, path: path, errno: failure)
            }
            var (ours, named) = (stat(), stat())
            if fstat(descriptor, &ours) == 0, stat(path, &named) == 0, ours.st_ino == named.st_ino {
                return (descriptor, true)
            }
            close(descriptor)
        }
    }

    /// Nothing of an empty journal stays. One that could not be read is not empty.
    deinit {
        if isRead && isLocked && entries.isEmpty {
            unlink(path)
            // Unless somebody else uses it.
            rmdir(directory)
        }
        // A child that is just being started has a copy of the descriptor until its program runs, and would keep the lock.
        if isLocked { flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    /// Who made the entries; nil if there are none.
    var owner: Owner? { Self.owner(in: entries) }

    static func owner(in entries: [Entry]) -> Owner? {
        if case .owner(let owner) = entries.first { return owner }
        return nil
    }

    /// What is to be put back, as a state that does so.
    func state(of files: any TracingFiles) -> TracefsState {
        let changes = entries.contains(.settingsRestored) ? [] : entries
        return TracefsState(
            files, saved: changes.compactMap { if case .setting(let saved) = $0 { saved } else { nil } },
            instances: changes.compactMap { if case .instance(let name) = $0 { name } else { nil } },
            probes: changes.compactMap { if case .probes(let probes) = $0 { probes } else { nil } })
    }

    /// Writes an entry; what it is about may be changed when this returns.
    func append(_ entry: Entry) throws(CaptureError) {
        let line: [UInt8]
        do { line = try JSONEncoder().encode(entry) + [0x0a] } catch {
            throw CaptureError(.journalNotUsable, path: path, errno: EINVAL)
        }
        let code = line.withUnsafeBytes { writeAll($0, to: descriptor) }
        if code != 0 { throw CaptureError(.journalNotUsable, path: path, errno: code) }
        entries.append(entry)
    }

    /// Nothing is changed any longer.
    func clear() throws(CaptureError) {
        guard ftruncate(descriptor, 0) == 0 else { throw CaptureError(.journalNotUsable, path: path, errno: errno) }
        entries = []
    }

    /// A last line without its end was being written when the process ended: its change was not made.
    static func entries(_ content: [UInt8], path: String) throws(CaptureError) -> [Entry] {
        let lines = content.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast()
        do {
            return try lines.map { try JSONDecoder().decode(Entry.self, from: Data($0)) }
        } catch {
            throw CaptureError(.journalDamaged, path: path)
        }
    }
}

extension Journal.Owner {
    /// This process, changing the files of `tracefs`.
    init(tracefs: String) {
        let boot = (try? readWholeFile("/proc/sys/kernel/random/boot_id")) ?? []
        self.init(process: getpid(), boot: String(decoding: boot, as: UTF8.self).trimmed, tracefs: tracefs)
    }
}
