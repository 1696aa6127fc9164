import Glibc

/// How a command ended.
public enum CommandStatus: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It still ran when the capture was over, and goes on.
    case running

    /// Reads what waitpid(2) returned.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .killed(signal: signal)
    }
}

/// The command that is traced: a child process, started once tracing is on.
struct Workload {
    let pid: pid_t

    /// Starts the command, found along PATH. It shares the terminal, so a Ctrl-C there reaches it by itself.
    ///
    /// - Parameter arguments: the name first; not empty.
    /// - Throws: `.commandNotStarted`.
    init(_ arguments: [String]) throws(CaptureError) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The child must not inherit what SignalWatch blocks and ignores.
        var none = sigset_t()
        var reset = sigset_t()
        sigemptyset(&none)
        sigemptyset(&reset)
        for number in [SIGPIPE, SIGXFSZ] { sigaddset(&reset, number) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for argument in vector { free(argument) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, arguments[0], nil, &attributes, &vector, environ)
        if code != 0 { throw CaptureError(.commandNotStarted(arguments[0]), errno: code) }
        self.pid = pid
    }

    /// Whether the command has ended. Leaves its status for `status()`.
    func hasEnded() -> Bool {
        var information = siginfo_t()
        let code = retrying { waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) }
        // Nothing is filled in while the child runs.
        return code == 0 && information.si_signo == SIGCHLD
    }

    /// How the command ended, or `.running`. An end is told once.
    func status() -> CommandStatus {
        var status: Int32 = 0
        guard let ended = retrying({ waitpid(pid, &status, WNOHANG) }), ended == pid else { return .running }
        return CommandStatus(waitStatus: status)
    }

    func send(signal: Int32) {
        kill(pid, signal)
    }
}
