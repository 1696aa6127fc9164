import ArgumentParser
import Glibc

/// Whether what is printed on a terminal goes through a pager.
struct PagerOption: ParsableArguments {
    @Flag(help: "Print on a terminal, too, without DMFLOW_PAGER, PAGER or less.")
    var noPager = false

    /// From here on; call it before the first result is printed, and only where that is for reading.
    func use() { if !noPager { Pager.use() } }
}

/// The pager that has standard output of a command whose results are for reading: DMFLOW_PAGER, PAGER, or less.
///
/// It begins with the first result, so that what goes wrong before is seen as ever, and a trace is read with the terminal free for
/// progress. As git does it, a shell runs what the environment names; for root without directories of PATH that depend on where one
/// is, and with less kept from starting anything.
enum Pager {
    private enum State {
        case none
        /// With the command for a shell.
        case wanted(String)
        case running(pid_t)
    }

    nonisolated(unsafe) private static var state = State.none
    /// Messages until the pager is left: it has the terminal.
    nonisolated(unsafe) private static var held = ""

    /// A pager that cannot be run is no reason to see nothing: nothing was read then, and is all there.
    private static let script = #"/bin/sh -c "$1"; case $? in 126|127) exec cat;; esac"#

    /// Whether one has standard output.
    static var isRunning: Bool {
        if case .running = state { return true }
        return false
    }

    /// Where standard output is a terminal that can page.
    static func use() {
        guard isatty(STDOUT_FILENO) == 1, let terminal = environment("TERM"), terminal != "dumb" else { return }
        guard let command = command(), !["", "cat"].contains(command) else { return }
        state = .wanted(command)
    }

    /// nil if there is none; empty if none is wanted.
    private static func command() -> String? {
        for name: String in ["DMFLOW_PAGER", "PAGER"] {
            if let command = getenv(name) { return String(cString: command) }
        }
        let places = ["/usr/bin/less", "/bin/less"]
        return places.first { access($0, X_OK) == 0 }.map { (place: String) in place + " -FRX" }
    }

    /// Before something is printed.
    static func begin() {
        guard case .wanted(let command) = state else { return }
        state = .none
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { for end in ends { close(end) } }
        guard let process = start(command, reading: ends[0]), dup2(ends[1], STDOUT_FILENO) >= 0 else { return }
        state = .running(process)
        // Who leaves the pager has seen enough; that is told by what cannot be written.
        signal(SIGPIPE, SIG_IGN)
        Interruption.waits(for: process)
        atexit { Pager.end() }
    }

    private static func start(_ command: String, reading input: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let arguments = strings(["/bin/sh", "-c", script, "dmflow", command])
        let variables = strings(Self.variables)
        defer { for string in arguments + variables { free(string) } }
        var process: pid_t = 0
        guard posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, variables) == 0 else { return nil }
        return process
    }

    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    /// dmflow's own, with what pagers need to know.
    private static var variables: [String] {
        var values: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        values["LESS"] = values["LESS"] ?? "FRX"
        values["LV"] = values["LV"] ?? "-c"
        if geteuid() == 0 {
            values["LESSSECURE"] = "1"
            values["PATH"] = values["PATH"].map(safe)
        }
        return values.map { "\($0)=\($1)" }
    }

    /// Directories that are the same wherever one is.
    private static func safe(_ path: String) -> String {
        path.split(separator: ":").filter { $0.hasPrefix("/") }.joined(separator: ":")
    }

    /// Prints the last of a command's results. Who leaves the pager before its end has seen enough, and the command's exit code is what it
    /// would be.
    static func tolerating(_ printing: () throws -> Void) throws {
        do { try printing() } catch let gone as ReaderGone { if !isRunning { throw gone } }
    }

    /// Keeps a message until the pager is left, if one has the terminal.
    ///
    /// - Returns: whether it did.
    static func hold(_ message: String) -> Bool {
        guard isRunning, isatty(STDERR_FILENO) == 1 else { return false }
        held += message
        return true
    }

    /// All has been printed: waits until the pager is left.
    private static func end() {
        guard case .running(let process) = state else { return }
        state = .none
        // Ctrl-C is the pager's from here on.
        signal(SIGINT, SIG_IGN)
        close(STDOUT_FILENO)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        _ = held.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    }
}
