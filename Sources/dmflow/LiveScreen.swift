import Glibc
import Reports
import Synchronization

/// One screen of a terminal, drawn anew with each interval. `q` ends it; all else that is typed is taken and forgotten.
///
/// It uses the terminal's other screen, so that what was there before is there again afterwards. Ctrl-C stays a signal. Ctrl-Z does
/// nothing: a process that is stopped would leave the machine traced.
final class LiveScreen: LiveDisplay, @unchecked Sendable {
    private let text: LiveText
    private let title: String
    private let hint: String
    /// Whether keys are looked at: standard input is this terminal.
    private let hasKeys: Bool

    /// All below is changed under it.
    private let lock = Mutex(())
    private var isOpen = false
    private var isClosed = false
    private var before: termios?
    private var notes: [String] = []
    private var last: LiveInterval?
    private var drawn: (columns: Int, rows: Int) = (0, 0)

    private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J"
    private static let leave = "\u{1b}[?25h\u{1b}[?1049l"

    /// - Returns: nil unless it is wanted, and standard output is a terminal that this process has and that can be drawn on.
    init?(title: String, _ style: Style, isWanted: Bool) {
        guard isWanted, isatty(STDOUT_FILENO) == 1, Self.isInForeground(STDOUT_FILENO), Self.canDraw else { return nil }
        hasKeys = isatty(STDIN_FILENO) == 1 && Self.isInForeground(STDIN_FILENO)
        (self.title, text) = (title, LiveText(style: style))
        hint = hasKeys ? "q or Ctrl-C ends" : "Ctrl-C ends"
    }

    private static func isInForeground(_ terminal: Int32) -> Bool { tcgetpgrp(terminal) == getpgrp() }

    private static var canDraw: Bool {
        guard let kind = environment("TERM") else { return false }
        return !["dumb", "unknown"].contains(kind)
    }

    // MARK: Showing

    func show(_ interval: LiveInterval) throws {
        try lock.withLock { _ in
            if isClosed { return }
            if !isOpen { try open() }
            last = interval
            try draw()
        }
    }

    func look() throws -> Bool {
        try lock.withLock { _ in
            guard isOpen, !isClosed else { return false }
            if drawn != Self.size { try draw() }
            return isQuitTyped()
        }
    }

    private func draw() throws {
        guard let last else { return }
        drawn = Self.size
        let lines = text.screen(last, title: title, hint: hint, columns: drawn.columns, rows: drawn.rows)
        // Each line ends with what is left of the one that was there; none is ended by a newline that would scroll the last away.
        try emit("\u{1b}[H" + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
    }

    /// 80 by 24 where the terminal does not tell.
    private static var size: (columns: Int, rows: Int) {
        guard let size = terminalSize(STDOUT_FILENO), size.rows > 0 else { return (80, 24) }
        return size
    }

    // MARK: The terminal

    private func open() throws {
        if hasKeys {
            var settings = termios()
            if tcgetattr(STDIN_FILENO, &settings) == 0 {
                before = settings
                settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
                withUnsafeMutableBytes(of: &settings.c_cc) { keys in
                    // No key is that.
                    keys[Int(VSUSP)] = 0
                    (keys[Int(VMIN)], keys[Int(VTIME)]) = (0, 0)
                }
                set(settings)
            }
        }
        isOpen = true
        try emit(Self.enter)
    }

    /// Also from the background, where it would stop the process otherwise.
    private func set(_ settings: termios) {
        var settings = settings
        let previous = signal(SIGTTOU, SIG_IGN)
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        signal(SIGTTOU, previous)
    }

    private func isQuitTyped() -> Bool {
        guard hasKeys, Self.isInForeground(STDIN_FILENO) else { return false }
        var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, 0) == 1, request.revents & Int16(POLLIN) != 0 else { return false }
        var keys = [UInt8](repeating: 0, count: 256)
        let count = read(STDIN_FILENO, &keys, keys.count)
        return count > 0 && keys[..<count].contains { $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") }
    }

    func note(_ line: String) {
        // It would be drawn over.
        let isHeld = lock.withLock { _ in
            guard isOpen, !isClosed else { return false }
            notes.append(line)
            return true
        }
        if !isHeld { printError(line) }
    }

    /// A thread that hangs where it draws keeps the lock; the terminal is put back without it then.
    func close() {
        if lock.withLockIfAvailable({ _ in restore() }) == nil { restore() }
    }

    private func restore() {
        guard isOpen, !isClosed else { return }
        isClosed = true
        if let before { set(before) }
        try? emit(Self.leave)
        for line in notes { printError(line) }
        notes = []
    }
}
