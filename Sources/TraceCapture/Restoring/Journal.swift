import FoundationEssentials
import Glibc

/// What a capture is changing, in a file that outlives it: each entry is there before its change is made. So after SIGKILL,
/// or a crash, `Restoration` can undo what the capture no longer could.
///
/// The file is locked as long as its process lives, which tells a capture that is running from one that was killed. It lies in
/// a directory that the next boot empties, like the settings themselves.
final class Journal {
    static let defaultDirectory = "/run/dmflow"

    let path: String
    private(set) var entries: [Entry] = []
    private let directory: String
    private let file: JournalFile
    private let isLocked: Bool
    private var isRead = false

    /// Opens and locks the journal.
    ///
    /// - Parameters:
    ///   - directory: made if it is not there, for its owner only.
    ///   - create: whether a journal is made where there is none.
    /// - Returns: nil if there is none and none is to be made.
    /// - Throws: `.captureRunning`, `.journalNotUsable`, `.journalNotSafe`, `.journalDamaged`.
    init?(in directory: String = defaultDirectory, create: Bool) throws(CaptureError) {
        self.directory = directory
        path = Self.path(in: directory)
        guard let opened = try Self.open(path, in: directory, create: create) else { return nil }
        (file, isLocked) = opened
        entries = try Self.entries(try file.content(path: path), path: path)
        if !isLocked { throw CaptureError(.captureRunning(process: owner?.process), path: path) }
        isRead = true
    }

    static func path(in directory: String) -> String { "\(directory)/\(JournalFile.name)" }

    /// The file that has the name when it is locked: the one that was opened may have been removed meanwhile.
    private static func open(
        _ path: String, in directory: String, create: Bool
    ) throws(CaptureError) -> (file: JournalFile, isLocked: Bool)? {
        while let file = try JournalFile(in: directory, create: create) {
            if try !file.lock(path: path) { return (file, false) }
            if file.isNamed { return (file, true) }
        }
        return nil
    }

    /// The entries of a journal, which is left unlocked; nil if there is none.
    ///
    /// - Throws: `.journalNotUsable`, `.journalNotSafe`, `.journalDamaged`.
    static func entries(in directory: String) throws(CaptureError) -> [Entry]? {
        guard let file = try JournalFile(in: directory, create: false) else { return nil }
        let path = path(in: directory)
        return try entries(try file.content(path: path), path: path)
    }

    /// Nothing of an empty journal stays. One that could not be read is not empty.
    deinit {
        if isRead && isLocked && entries.isEmpty {
            file.remove()
            // Unless somebody else uses it.
            rmdir(directory)
        }
        // A child that is just being started has a copy of the descriptor until its program runs, and would keep the lock.
        if isLocked { flock(file.file.number, LOCK_UN) }
    }

    /// Who made the entries; nil if there are none.
    var owner: Owner? { Self.owner(in: entries) }

    static func owner(in entries: [Entry]) -> Owner? {
        if case .owner(let owner) = entries.first { return owner }
        return nil
    }

    /// Entries of what is not as it was.
    private var changes: [Entry] {
        if entries.contains(.settingsRestored) { return [] }
        return entries.filter { entry in
            switch entry {
            case .setting, .instance, .probes: true
            case .owner, .settingsRestored, .temporaryFile: false
            }
        }
    }

    var hasChanges: Bool { !changes.isEmpty }

    /// What is to be put back, as a state that does so.
    func state(of files: any TracingFiles) -> TracefsState {
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
        let code = line.withUnsafeBytes { writeAll($0, to: file.file.number) }
        if code != 0 { throw CaptureError(.journalNotUsable, path: path, errno: code) }
        entries.append(entry)
    }

    /// Nothing is changed any longer.
    func clear() throws(CaptureError) {
        guard ftruncate(file.file.number, 0) == 0 else {
            throw CaptureError(.journalNotUsable, path: path, errno: errno)
        }
        entries = []
    }

    /// A last line without its end was being written when the process ended: its change was not made.
    static func entries(_ content: [UInt8], path: String) throws(CaptureError) -> [Entry] {
        let lines = content.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast()
        let entries: [Entry]
        do {
            entries = try lines.map { try JSONDecoder().decode(Entry.self, from: Data($0)) }
        } catch {
            throw CaptureError(.journalDamaged, path: path)
        }
        guard entries.allSatisfy(\.isSound) else {
            throw CaptureError(.journalNotSafe("it names what no capture changes"), path: path)
        }
        return entries
    }
}

extension Journal.Owner {
    /// This process, changing the files of `tracefs`.
    init(tracefs: String) {
        let boot = (try? readWholeFile("/proc/sys/kernel/random/boot_id")) ?? []
        self.init(process: getpid(), boot: String(decoding: boot, as: UTF8.self).trimmed, tracefs: tracefs)
    }
}
