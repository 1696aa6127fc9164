import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

/// The command that is traced: what it gets, as whom it runs, and that signals are for it as they were.
@Suite struct WorkloadTests {
    private let directory = TemporaryDirectory()

    /// Runs a script to its end, with `$1` and so on.
    private func run(
        _ script: String, _ arguments: [RawString] = [], as user: Account? = nil, signals: SignalState = .now()
    ) throws -> CommandStatus {
        try run([["/bin/sh", "-c", RawString(script), "sh"], arguments].flatMap { $0 }, as: user, signals: signals)
    }

    private func run(_ command: [RawString], as user: Account?, signals: SignalState) throws -> CommandStatus {
        let workload = try Workload(command, as: user, signals: signals)
        while !workload.hasEnded() { usleep(1000) }
        return workload.status()
    }

    @Test func argumentsAreBytes() throws {
        let argument = RawString(bytes: [0xff, 0x20, 0xc3, 0x0a, 0x62])
        let output: RawString = "\(directory.path)/out"
        #expect(try run(#"printf '%s' "$1" >"$2""#, [argument, output]) == .exited(0))
        #expect(directory.read("out") == argument.bytes)
    }

    /// Also the name of the program.
    @Test func aProgramWhoseNameIsNoUTF8IsFound() throws {
        let name = RawString(bytes: Array("\(directory.path)/".utf8) + [0xfe, 0x78])
        directory.write("script", "#!/bin/sh\nexit 7\n")
        chmod("\(directory.path)/script", 0o700)
        _ = name.withCString { rename("\(directory.path)/script", $0) }
        #expect(try run([name], as: nil, signals: .now()) == .exited(7))
        _ = name.withCString { unlink($0) }
    }

    @Test func whatCannotBeStartedIsSaid() {
        directory.write("data", "")
        for (path, code) in [("/no/such", ENOENT), ("\(directory.path)/data", EACCES)] {
            #expect(throws: CaptureError(.commandNotStarted(path), errno: code)) { try Workload([RawString(path)]) }
        }
    }

    // MARK: Signals

    /// Which signals a program finds ignored or blocked. A shell would set its own.
    private static func found(_ line: String, _ signals: SignalState) throws -> UInt64 {
        let directory = TemporaryDirectory()
        let copy = try Workload(["cp", "/proc/self/status", "\(directory.path)/status"], signals: signals)
        while !copy.hasEnded() { usleep(1000) }
        // A child that nobody takes leave of would keep others from being noticed.
        #expect(copy.status() == .exited(0))
        let status = try #require(directory.text("status")).split(separator: "\n")
        let digits = try #require(status.first { $0.hasPrefix(line) }).split(separator: "\t").last
        return try #require(UInt64(digits ?? "", radix: 16))
    }

    private static func bit(_ number: Int32) -> UInt64 { 1 << UInt64(number - 1) }

    /// Somebody who ignores SIGPIPE hands that down; the watch's own ignoring is nobody's business. In a process of its own, which
    /// has no other tests that mind signals.
    @Test func whatIsIgnoredIsAsItWasForTheChildAndAfterwards() async {
        await #expect(processExitsWith: .success) {
            for numbers in [[], [SIGPIPE], [SIGXFSZ], [SIGPIPE, SIGXFSZ]] as [[Int32]] {
                for number in [SIGPIPE, SIGXFSZ] { signal(number, numbers.contains(number) ? SIG_IGN : SIG_DFL) }
                do {
                    let watch = SignalWatch()
                    #expect(Disposition(of: SIGPIPE).isIgnored && Disposition(of: SIGXFSZ).isIgnored)
                    let shown = try WorkloadTests.found("SigIgn:", watch.previous)
                    for number in [SIGPIPE, SIGXFSZ] {
                        #expect((shown & WorkloadTests.bit(number) != 0) == numbers.contains(number), "\(number)")
                    }
                }
                for number in [SIGPIPE, SIGXFSZ] {
                    #expect(Disposition(of: number).isIgnored == numbers.contains(number), "\(number)")
                }
            }
        }
    }

    /// Ignored, it would take the command's exit status away; the command itself gets it as it was.
    @Test func theEndOfChildrenIsNeverIgnoredMeanwhile() async {
        await #expect(processExitsWith: .success) {
            signal(SIGCHLD, SIG_IGN)
            do {
                let watch = SignalWatch()
                #expect(!Disposition(of: SIGCHLD).isIgnored)
                let shown = try WorkloadTests.found("SigIgn:", watch.previous)
                #expect(shown & WorkloadTests.bit(SIGCHLD) != 0)
            }
            #expect(Disposition(of: SIGCHLD).isIgnored)
        }
    }

    /// Blocked before and after, and in the child; nothing that the watch blocks.
    @Test func theChildBlocksWhatWasBlockedBefore() throws {
        var usual = sigset_t()
        var old = sigset_t()
        sigemptyset(&usual)
        sigaddset(&usual, SIGUSR2)
        pthread_sigmask(SIG_SETMASK, &usual, &old)
        defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
        let shown = try {
            let watch = SignalWatch()
            return try Self.found("SigBlk:", watch.previous)
        }()
        #expect(shown == Self.bit(SIGUSR2))
        var now = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &now)
        #expect(sigismember(&now, SIGUSR2) == 1 && sigismember(&now, SIGINT) == 0)
    }

    // MARK: Users

    @Test(.enabled(if: geteuid() == 0, "only root runs commands as others"))
    func theCommandIsWhollySomebodyElse() throws {
        let nobody = try Account(named: "nobody")
        chmod(directory.path, 0o777)
        // All of it, for good: real, effective and saved.
        let script = #"""
            { grep -E '^(Uid|Gid|Groups):' /proc/self/status; echo "$HOME $USER $LOGNAME $SHELL"; } >"$1"
            ! kill -0 1 2>/dev/null
            """#
        setenv("DMFLOW_TEST_KEPT", "kept", 1)
        #expect(try run(script, ["\(directory.path)/out"], as: nobody) == .exited(0))
        let lines = try #require(directory.text("out")).split(separator: "\n").map {
            $0.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        let user = String(nobody.user)
        let group = String(nobody.group)
        #expect(lines[0] == ["Uid:"] + Array(repeating: user, count: 4))
        #expect(lines[1] == ["Gid:"] + Array(repeating: group, count: 4))
        #expect(lines[2].dropFirst().sorted() == nobody.groups.map(String.init).sorted())
        #expect(lines[3] == [nobody.home.description, "nobody", "nobody", nobody.shell.description])
        #expect(try run(#"test "$DMFLOW_TEST_KEPT" = kept"#, as: nobody) == .exited(0))
    }

    @Test(.enabled(if: geteuid() == 0, "only root runs commands as others"))
    func whatTheUserMayNotRunIsNotStarted() throws {
        directory.write("script", "#!/bin/sh\n")
        chmod("\(directory.path)/script", 0o700)
        let path = "\(directory.path)/script"
        #expect(throws: CaptureError(.commandNotStarted(path), errno: EACCES)) {
            try Workload([RawString(path)], as: try Account(named: "nobody"))
        }
    }

    @Test func usersAreFoundByNameAndNumber() throws {
        let root = try Account(named: "root")
        #expect(root.user == 0 && root.group == 0 && root.groups.contains(0))
        #expect(try Account(named: "0") == root)
        for name in ["no-such-user", "", "4294967294x", "-1", "root\nx"] {
            #expect(throws: CaptureError(.unknownUser(name))) { try Account(named: name) }
        }
    }
}
