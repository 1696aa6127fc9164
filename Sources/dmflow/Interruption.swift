import Glibc
import TraceFormat

/// What is done when a signal ends dmflow: files that are not finished go, and a pager is waited for, which would else be left with a
/// terminal that the shell has, too.
///
/// Captures handle signals themselves. What was ignored, as nohup does it, stays so.
enum Interruption {
    /// A file that is not finished, or a directory for such.
    private struct Entry {
        var directory: Int32
        /// nil where none is.
        var name: UnsafeMutablePointer<CChar>?
        /// For `unlinkat`.
        var flags: Int32
    }

    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    // A signal's handler may not allocate, nor take a lock, and can come at any time: entries stay where they are until there is a larger
    // place for them, and the old one stays as it was.
    nonisolated(unsafe) private static var entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    nonisolated(unsafe) private static var capacity = 64
    nonisolated(unsafe) private static var count = 0
    nonisolated(unsafe) private static var pager: pid_t = 0
    nonisolated(unsafe) private static var isWatching = false

    /// Removes a file if a signal ends dmflow before it is kept. What was named later is removed first.
    ///
    /// - Parameters:
    ///   - name: in the directory; a path if that is left out. There need not be such a file yet.
    ///   - directory: an open one, until then.
    ///   - isDirectory: then it is removed if it is empty.
    /// - Returns: for ``keep(_:)``.
    static func removes(_ name: RawString, in directory: Int32 = AT_FDCWD, isDirectory: Bool = false) -> Int {
        watch()
        while count > 0, entries[count - 1].name == nil { count -= 1 }
        if count == capacity { grow() }
        let name = name.withCString { strdup($0) }
        (entries + count).initialize(to: Entry(directory: directory, name: name, flags: isDirectory ? AT_REMOVEDIR : 0))
        count += 1
        return count - 1
    }

    private static func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        larger.initialize(from: entries, count: count)
        (entries, capacity) = (larger, capacity * 2)
    }

    /// The file is finished, or gone.
    static func keep(_ file: Int) {
        guard let name = entries[file].name else { return }
        entries[file].name = nil
        free(name)
    }

    /// A pager has the terminal.
    static func waits(for process: pid_t) {
        pager = process
        watch()
    }

    private static func watch() {
        guard !isWatching else { return }
        isWatching = true
        for number in signals {
            var before = sigaction()
            sigaction(number, nil, &before)
            let isIgnored = unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
            if !isIgnored { signal(number) { Interruption.end(by: $0) } }
        }
    }

    /// All files that are not finished.
    static func removeAll() {
        for index in stride(from: count - 1, through: 0, by: -1) {
            if let name = entries[index].name { unlinkat(entries[index].directory, name, entries[index].flags) }
        }
    }

    /// In the signal's handler.
    private static func end(by number: Int32) {
        removeAll()
        if pager != 0 {
            close(STDOUT_FILENO)
            var status: Int32 = 0
            while waitpid(pager, &status, 0) < 0 && errno == EINTR {}
        }
        endProcess(by: number)
    }
}

/// Ends the process as a signal does that nobody handles: whoever started it sees by which one it ended. May be called by a signal's
/// handler.
func endProcess(by number: Int32) -> Never {
    signal(number, SIG_DFL)
    var own = sigset_t()
    sigemptyset(&own)
    sigaddset(&own, number)
    pthread_sigmask(SIG_UNBLOCK, &own, nil)
    raise(number)
    // One that ends no process by itself.
    _exit(128 + number)
}
