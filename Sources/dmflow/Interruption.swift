import Glibc
import TraceFormat

/// What is done when a signal ends dmflow: files that are not finished go, and a pager is waited for, which would else be left with a
/// terminal that the shell has, too.
///
/// Captures handle signals themselves. What was ignored, as nohup does it, stays so.
enum Interruption {
    /// A file that is not finished.
    private struct Entry {
        var directory: Int32
        /// nil where none is.
        var name: UnsafeMutablePointer<CChar>?
    }

    private static let limit = 64
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    // A signal's handler may not allocate, nor take a lock: all lies in one place that is there from the beginning.
    nonisolated(unsafe) private static let entries: UnsafeMutablePointer<Entry> = {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: limit)
        entries.initialize(repeating: Entry(directory: AT_FDCWD, name: nil), count: limit)
        return entries
    }()
    nonisolated(unsafe) private static var pager: pid_t = 0
    nonisolated(unsafe) private static var isWatching = false

    /// Removes a file if a signal ends dmflow before it is kept.
    ///
    /// - Parameters:
    ///   - name: in the directory; a path if that is left out. There need not be such a file yet.
    ///   - directory: an open one.
    /// - Returns: for ``keep(_:)``; nil where there are too many.
    static func removes(_ name: RawString, in directory: Int32 = AT_FDCWD) -> Int? {
        watch()
        guard let free = (0..<limit).first(where: { entries[$0].name == nil }) else { return nil }
        entries[free].directory = directory
        entries[free].name = name.withCString { strdup($0) }
        return free
    }

    /// The file is finished, or gone.
    static func keep(_ file: Int?) {
        guard let file, let name = entries[file].name else { return }
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
        _ = entries
        for number in signals {
            var before = sigaction()
            sigaction(number, nil, &before)
            let isIgnored = unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
            if !isIgnored { signal(number) { Interruption.end(by: $0) } }
        }
    }

    /// All files that are not finished.
    static func removeAll() {
        for index in 0..<limit {
            if let name = entries[index].name { unlinkat(entries[index].directory, name, 0) }
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
