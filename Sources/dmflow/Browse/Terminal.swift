import Dispatch
import Glibc
import Synchronization

/// The terminal, as a program uses it that draws on the whole screen; put back as it was however the program ends.
///
/// Signals are blocked in all threads and taken by one of its own: so the terminal is put back in normal context, and at once, also while
/// a trace is being read.
final class Terminal: Sendable {
    /// What has happened.
    enum Event {
        case bytes([UInt8])
        /// The screen has another size, or has to be drawn again.
        case changed
        /// Nothing for as long as was waited.
        case silence
        /// Nobody can press a key any more.
        case gone
    }

    private struct State {
        let original: termios
        var isEntered = false
    }

    private let descriptor: Int32
    private let state: Mutex<State>
    private let wakeUp: (read: Int32, write: Int32)

    private static let taken = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]

    /// Alternate screen, no cursor, lines that are cut and not wrapped.
    private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J"
    private static let leave = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

    /// - Returns: nil where there is none that is controlled by such sequences.
    static func open() -> Terminal? {
        guard isatty(STDOUT_FILENO) == 1, let kind = environment("TERM"), kind != "dumb" else { return nil }
        // The trace may be standard input.
        let descriptor = Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC)
        var original = termios()
        guard descriptor >= 0, tcgetattr(descriptor, &original) == 0 else { return nil }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        return Terminal(descriptor, original, (ends[0], ends[1]))
    }

    private init(_ descriptor: Int32, _ original: termios, _ wakeUp: (read: Int32, write: Int32)) {
        (self.descriptor, self.wakeUp) = (descriptor, wakeUp)
        state = Mutex(State(original: original))
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        DispatchQueue(label: "dmflow.signals").async { [self] in takeSignals() }
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in taken { sigaddset(&set, number) }
        return set
    }

    // MARK: Begin and end

    /// Takes the screen.
    func begin() {
        state.withLock { state in
            var raw = state.original
            // Signals stay: Ctrl-C and Ctrl-Z are the user's.
            raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
            raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
            tcsetattr(descriptor, TCSADRAIN, &raw)
            state.isEntered = true
            put(Self.enter)
        }
    }

    /// Gives the screen back.
    func end() { state.withLock { restore(&$0) } }

    private func restore(_ state: inout State) {
        guard state.isEntered else { return }
        state.isEntered = false
        put(Self.leave)
        var original = state.original
        tcsetattr(descriptor, TCSADRAIN, &original)
    }

    // MARK: Signals

    private func takeSignals() {
        var signals = Self.signals
        var number: Int32 = 0
        while sigwait(&signals, &number) == 0 {
            switch number {
            case SIGWINCH: wake()
            case SIGCONT: break
            case SIGTSTP: suspend()
            default: die(by: number)
            }
        }
    }

    private func suspend() {
        let wasEntered = state.withLock { state in
            defer { restore(&state) }
            return state.isEntered
        }
        // To this thread, which does not return from the call before it goes on; the others stop with it.
        raise(SIGSTOP)
        // It goes on.
        if wasEntered { begin() }
        wake()
    }

    /// As the signal does by itself, when the terminal is as it was.
    private func die(by number: Int32) -> Never {
        // Nothing may be written any more.
        state.withLock { state -> Never in
            restore(&state)
            endProcess(by: number)
        }
    }

    private func wake() { _ = write(wakeUp.write, [0], 1) }

    // MARK: In and out

    /// Lines and columns; 24 and 80 where the terminal does not say.
    var size: (lines: Int, columns: Int) {
        guard let size = terminalSize(descriptor), size.rows > 0 else { return (24, 80) }
        return (size.rows, size.columns)
    }

    /// Waits for what happens next.
    ///
    /// - Parameter milliseconds: waits no longer; nil for as long as it takes.
    func next(within milliseconds: Int32? = nil) -> Event {
        while true {
            var files = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&files, 2, milliseconds ?? -1)
            if count < 0 && errno == EINTR { continue }
            if count == 0 { return .silence }
            if files[1].revents != 0 {
                var rest = [UInt8](repeating: 0, count: 64)
                while read(wakeUp.read, &rest, rest.count) > 0 {}
                return .changed
            }
            var bytes = [UInt8](repeating: 0, count: 256)
            let got = read(descriptor, &bytes, bytes.count)
            if got < 0 && errno == EINTR { continue }
            return got > 0 ? .bytes(Array(bytes[..<got])) : .gone
        }
    }

    /// Draws lines from the top on, over what was there.
    func draw(_ lines: [String]) {
        var text = "\u{1b}[H"
        for (index, line) in lines.enumerated() {
            // What was there goes first: behind a whole line the last column would go.
            text += (index > 0 ? "\r\n" : "") + "\u{1b}[K" + line
        }
        state.withLock { if $0.isEntered { put(text) } }
    }

    private func put(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes.removeFirst(count)
        }
    }
}
