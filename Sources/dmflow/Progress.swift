import Glibc

/// Says on standard error how far the reading of a trace is, or other work, if that is a terminal and somebody has to wait.
struct Progress {
    private let work: String
    private let begin = Self.now()
    private let isShown: Bool
    private var next = Self.patience
    private var isLineOpen = false

    /// Seconds before the first word, and between two.
    private static let patience = 1.0
    private static let pace = 0.2

    /// - Parameter printing: results are printed while reading. Unless they go to a file they show how far it is, and a pager
    ///   may have the terminal.
    init(path: String, printing: Bool = false) {
        work = "reading \(path)"
        isShown = isatty(STDERR_FILENO) == 1 && (!printing || Self.isFile(STDOUT_FILENO))
    }

    /// Of work that prints nothing meanwhile.
    init(of work: String) {
        self.work = work
        isShown = isatty(STDERR_FILENO) == 1
    }

    /// A file or a device that is no terminal, such as /dev/null.
    private static func isFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, isatty(descriptor) == 0 else { return false }
        return [S_IFREG, S_IFCHR].contains(status.st_mode & S_IFMT)
    }

    /// - Parameters:
    ///   - done: bytes read so far, or rounds of work done.
    ///   - all: how many there are; 0 if that is not known.
    mutating func update(done: Int, of all: Int) {
        guard isShown, done > 0, case let seconds = Self.now() - begin, seconds >= next else { return }
        next = seconds + Self.pace
        isLineOpen = true
        write(Self.line(work, done: done, all: all, seconds: seconds))
    }

    /// Removes the line.
    mutating func end() {
        guard isLineOpen else { return }
        isLineOpen = false
        write("")
    }

    /// `reading io.dat: 45 %, 3 s left`
    static func line(_ work: String, done: Int, all: Int, seconds: Double) -> String {
        guard all > 0 else { return "\(work): \(done / 1_000_000) MB" }
        let share = min(Double(done) / Double(all), 1)
        let left = Int((seconds / max(share, 0.001) - seconds).rounded(.up))
        return "\(work): \(Int(share * 100)) %, \(left) s left"
    }

    /// In place of the line that was there.
    private func write(_ text: String) {
        let bytes = Array("\r\u{1b}[K\(text)".utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
