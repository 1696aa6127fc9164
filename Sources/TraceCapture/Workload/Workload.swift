import CLinux
import Glibc
import TraceFormat

/// How a command ended.
public enum CommandStatus: Equatable, Sendable {
    /// By itself, with this exit code.
    case exited(Int32)
    /// By a signal of this number.
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
    /// - Parameters:
    ///   - arguments: the name first; not empty.
    ///   - user: whom it runs as, in their groups and with their HOME, USER, LOGNAME and SHELL; nil for the same as this process.
    ///   - signals: what it takes over: not what `SignalWatch` blocks and ignores.
    /// - Throws: `.commandNotStarted`, `.userNotTaken`.
    init(
        _ arguments: [RawString], as user: Account? = nil, signals: SignalState = .now()
    ) throws(CaptureError) {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { throw CaptureError(.commandNotStarted(arguments[0].description), errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = Descriptor(ends[0])
        var writing: Descriptor? = Descriptor(ends[1])

        let pid = CStrings(arguments).with { arguments in
            CStrings(Self.environment(of: user)).with { environment in
                (user?.groups ?? []).withUnsafeBufferPointer { groups in
                    (signals.ignored + signals.others).withUnsafeBufferPointer { numbers in
                        var child = dmflow_child()
                        child.arguments = UnsafePointer(arguments)
                        child.environment = environment
                        child.mask = signals.mask
                        child.signals = numbers.baseAddress
                        (child.ignored_signals, child.default_signals) = (signals.ignored.count, signals.others.count)
                        if let user {
                            (child.changes_user, child.user, child.group) = (1, user.user, user.group)
                            (child.groups, child.group_count) = (groups.baseAddress, groups.count)
                        }
                        return dmflow_spawn(&child, ends[1])
                    }
                }
            }
        }
        if pid < 0 { throw CaptureError(.commandNotStarted(arguments[0].description), errno: errno) }
        writing = nil
        _ = writing
        if let failure = Self.failure(reading) {
            var status: Int32 = 0
            _ = retrying { waitpid(pid, &status, 0) }
            let isOfUser = failure.has_user == 0
            throw CaptureError(
                isOfUser ? .userNotTaken(user?.name ?? "") : .commandNotStarted(arguments[0].description),
                errno: failure.code)
        }
        self.pid = pid
    }

    /// Waits until the program runs.
    ///
    /// - Returns: what kept it from that; nil if nothing did.
    private static func failure(_ report: Descriptor) -> dmflow_child_failure? {
        var failure = dmflow_child_failure()
        let got = withUnsafeMutableBytes(of: &failure) { bytes in
            retrying { read(report.number, bytes.baseAddress, bytes.count) }
        }
        return got == MemoryLayout<dmflow_child_failure>.size ? failure : nil
    }

    /// This process's, but for what says whose it is.
    private static func environment(of user: Account?) -> [RawString] {
        var all: [RawString] = []
        var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
        while let entry = next?.pointee {
            all.append(RawString(bytes: UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
            next = next?.advanced(by: 1)
        }
        guard let user else { return all }
        let own: [(name: String, value: RawString)] = [
            ("HOME", user.home), ("USER", RawString(user.name)), ("LOGNAME", RawString(user.name)),
            ("SHELL", user.shell),
        ]
        return all.filter { entry in !own.contains { entry.bytes.starts(with: "\($0.name)=".utf8) } }
            + own.map { RawString(bytes: Array("\($0.name)=".utf8) + $0.value.bytes) }
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

/// Strings for a system call, in an array that ends with NULL.
private final class CStrings {
    private var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [RawString]) { pointers = strings.map { $0.withCString { strdup($0) } } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }

    func with<Result>(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
        pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
    }
}
