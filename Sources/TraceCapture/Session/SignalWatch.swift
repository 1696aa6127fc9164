import Glibc

/// Signals as events, so that every way to end a capture goes through the same code in normal context.
///
/// They stay blocked from before tracing begins until tracefs is restored. A handler could not restore it, and a
/// second Ctrl-C must not interrupt the restoring.
struct SignalWatch: ~Copyable {
    enum Event: Equatable {
        /// SIGINT, SIGTERM, SIGHUP or SIGQUIT.
        case stop(signal: Int32)
        case childEnded
        /// A recorder failed: see `readerFailed`.
        case reader
        case deadline
    }

    private static let readerSignal = SIGUSR1
    private static let stopSignals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// Signals of which it is changed what they do.
    private static let changedSignals = [SIGCHLD, SIGPIPE, SIGXFSZ]

    private var watched = sigset_t()
    private let dispositions: [Disposition]
    /// As it was before, and is again afterwards; for programs that are started meanwhile.
    let previous: SignalState

    /// Blocks the signals in this thread, and so in every thread that it starts from now on.
    init() {
        previous = .now(of: Self.changedSignals)
        dispositions = Self.changedSignals.map(Disposition.init)
        sigemptyset(&watched)
        for number in Self.stopSignals + [SIGCHLD, Self.readerSignal] { sigaddset(&watched, number) }
        // An ignored SIGCHLD, which a parent can hand down, would take the command's exit status away.
        signal(SIGCHLD, SIG_DFL)
        // A closed standard error must not end the capture before tracefs is restored.
        signal(SIGPIPE, SIG_IGN)
        // Nor must a limit on the size of files, which the recorders then hear of as an error.
        signal(SIGXFSZ, SIG_IGN)
        pthread_sigmask(SIG_BLOCK, &watched, nil)
    }

    deinit {
        var watched = watched
        var mask = previous.mask
        Self.discardPending(&watched)
        for disposition in dispositions { disposition.restore() }
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }

    /// Wakes this thread from `next()`. For recorders, to be called on their threads.
    var readerFailed: @Sendable () -> Void {
        let watching = pthread_self()
        return { pthread_kill(watching, Self.readerSignal) }
    }

    /// Waits for the next event.
    ///
    /// - Parameter deadline: on the monotonic clock, in nanoseconds; nil waits without end.
    mutating func next(deadline: UInt64?) -> Event {
        while true {
            guard let number = waitForSignal(deadline: deadline) else { return .deadline }
            switch number {
            case SIGCHLD: return .childEnded
            case Self.readerSignal: return .reader
            case let number where Self.stopSignals.contains(number): return .stop(signal: number)
            default: continue
            }
        }
    }

    /// Whether a signal to stop has arrived; takes it.
    mutating func stopRequested() -> Bool {
        var requested = false
        while case let event = next(deadline: 0), event != .deadline {
            if case .stop = event { requested = true }
        }
        return requested
    }

    /// Nil when the deadline passes first, or −1 when the wait was interrupted by a signal that is not watched.
    private mutating func waitForSignal(deadline: UInt64?) -> Int32? {
        guard let deadline else { return sigwaitinfo(&watched, nil) }
        let now = monotonicNanoseconds()
        let left = deadline > now ? deadline - now : 0
        var timeout = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
        let number = sigtimedwait(&watched, nil, &timeout)
        return number == -1 && errno == EAGAIN ? nil : number
    }

    private static func discardPending(_ watched: inout sigset_t) {
        var now = timespec()
        while sigtimedwait(&watched, nil, &now) > 0 {}
    }
}
