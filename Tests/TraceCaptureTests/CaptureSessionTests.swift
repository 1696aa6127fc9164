import Glibc
import Testing

@testable import TraceCapture

/// Whole captures against a kernel that is made, with nothing and with everything going wrong.
@Suite struct CaptureSessionTests {
    private let directory = TemporaryDirectory()
    private let journals = TemporaryDirectory()
    private let kernel: FakeKernel
    private var release = KernelRelease(major: 6, minor: 1)

    init() {
        kernel = FakeKernel(directory: directory.path)
        kernel.pages = [0: SyntheticPage.oneTree(at: 1_000_000), 1: []]
        directory.write("kallsyms", SyntheticPage.symbols)
    }

    private func capture(
        _ change: (inout CaptureOptions) -> Void = { _ in }, lines: (String) -> Void = { _ in }
    ) throws(CaptureError) -> CaptureSummary {
        var options = CaptureOptions(flows: ["io"], output: "\(directory.path)/out.dat")
        options.limits.duration = 1_000_000
        options.bufferKilobytes = 512
        change(&options)
        let release = self.release
        return try withoutActuallyEscaping(lines) { lines throws(CaptureError) in
            var session = CaptureSession(options, catalogue: .builtin, files: kernel, report: lines)
            session.journals = "\(journals.path)/dmflow"
            session.symbolFile = "\(directory.path)/kallsyms"
            session.obstacles = { _ in [] }
            session.resolver = { _, _ in KnownFields() }
            session.release = release
            return try session.run()
        }
    }

    @Test(arguments: [false, true])
    func aCaptureLeavesAFileAndNoTrace(odd: Bool) throws {
        if odd { kernel.makeOdd() }
        let before = kernel.snapshot
        let summary = try capture()
        #expect(kernel.snapshot == before)
        #expect(directory.names == ["kallsyms", "out.dat"])
        #expect(directory.mode("out.dat") == 0o600)
        #expect(summary.ending == .durationPassed)
        #expect(summary.bytes == 4096)
        #expect(summary.clock == "mono")
        #expect(summary.command == nil)
        #expect(summary.duration >= 1_000_000)
        let file = try #require(directory.read("out.dat"))
        #expect(Array(file.suffix(4096)) == SyntheticPage.oneTree(at: 1_000_000))
    }

    @Test func tracingIsOnOnlyWhileTheTracerIsSet() throws {
        _ = try capture()
        let order = ["tracing_on=0", "current_tracer=function_graph", "tracing_on=1", "tracing_on=0"]
        let steps = kernel.log.filter { $0.hasPrefix("tracing_on") || $0.hasPrefix("current_tracer") }
        #expect(Array(steps.prefix(4)) == order)
        #expect(Array(steps.suffix(2)) == ["current_tracer=nop", "tracing_on=1"])
    }

    @Test func theFilterHoldsTheStackAndTheRoots() throws {
        var shown = ""
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            if file == "tracing_on" && value == "1" && shown.isEmpty { shown = kernel.snapshot["set_ftrace_filter"]! }
        }
        let summary = try capture { $0.roots = ["unrelated_function"] }
        #expect(shown.contains("unrelated_function\n"))
        #expect(shown.contains("blk_mq_run_hw_queue\n"))
        #expect(shown.contains("*:mod:dm_service_time\n"))
        #expect(!shown.contains("amdgpu"))
        #expect(!shown.contains("kfree"))
        #expect(summary.functions == kernel.functions.count - 2)
    }

    @Test func allFunctionsAreRecordedOnRequestWithAWarning() throws {
        var lines: [String] = []
        _ = try capture({ $0.allFunctions = true }, lines: { lines.append($0) })
        #expect(lines.contains { $0.hasPrefix("warning: all \(kernel.functions.count) functions") })
        #expect(kernel.log.contains("max_graph_depth=10"))
        #expect(!kernel.log.contains { $0.hasPrefix("set_ftrace_filter=") })
    }

    @Test func lostAndReadEventsAreCountedFromTheStart() throws {
        kernel.values["per_cpu/cpu0/stats"] = "entries: 0\noverrun: 5\nread events: 10\n"
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            guard file == "tracing_on" && value == "0" else { return }
            kernel.values["per_cpu/cpu0/stats"] = "entries: 0\noverrun: 17\ndropped events: 1\nread events: 14\n"
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        kernel.values["tracing_on"] = "0\n"
        let summary = try capture()
        #expect(summary.cpus.map(\.events) == [4, 0])
        #expect(summary.cpus.map(\.lost) == [13, 0])
    }

    /// As with dd, a signal that asks how far it is; once, it ended the capture and threw the recording away.
    @Test func aStrayReadersSignalEndsNothing() throws {
        kernel.onWrite = { file, value throws(CaptureError) in
            if file == "tracing_on" && value.trimmed == "1" { pthread_kill(pthread_self(), SIGUSR1) }
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        kernel.values["tracing_on"] = "0\n"
        #expect(try capture { $0.limits.duration = 50_000_000 }.ending == .durationPassed)
    }

    /// Somebody who empties the ring buffer meanwhile sets the kernel's counts to zero.
    @Test func countsThatWereSetToZeroAreCountedFromThere() throws {
        kernel.values["per_cpu/cpu0/stats"] = "entries: 0\noverrun: 500\nread events: 1000\n"
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            guard file == "tracing_on" && value == "0" else { return }
            kernel.values["per_cpu/cpu0/stats"] = "entries: 0\noverrun: 2\nread events: 7\n"
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        kernel.values["tracing_on"] = "0\n"
        let summary = try capture { $0.limits.lost = 0.5 }
        #expect(summary.cpus.first?.events == 7 && summary.lost == 2)
    }

    @Test func theCommandRunsWhileTracingIsOnAndItsEndIsTheEnd() throws {
        let summary = try capture {
            $0.limits.duration = 20_000_000_000
            $0.command = ["/bin/sh", "-c", "exit 3"]
        }
        #expect(summary.ending == .commandEnded)
        #expect(summary.command == .exited(3))
    }

    @Test func aCommandThatCannotStartIsAnErrorAndNothingIsKept() {
        let before = kernel.snapshot
        #expect(throws: CaptureError(.commandNotStarted("/no/such/command"), errno: ENOENT)) {
            try capture { $0.command = ["/no/such/command"] }
        }
        #expect(kernel.snapshot == before)
        #expect(directory.names == ["kallsyms"])
    }

    @Test func aFailedCheckComesBeforeAnyChange() {
        directory.write("out.dat", "old")
        #expect(throws: CaptureError.self) { try capture { $0.roots = ["no_such_function"] } }
        #expect(throws: CaptureError.self) { try capture { $0.output = "/proc/out.dat" } }
        #expect(kernel.log == [])
        #expect(directory.text("out.dat") == "old")
    }

    /// A finished recording was thrown away when /run was full: after tracing is back, its journal matters no more.
    @Test func aJournalThatCannotBeWrittenAnyMoreCostsNoRecording() async {
        await #expect(processExitsWith: .success) {
            let test = CaptureSessionTests()
            // Files may not grow beyond a size that the journal has reached when tracing is put back. The trace, which is larger,
            // is written once that is lifted.
            var isLimited = false
            let path = "\(test.journals.path)/dmflow/capture.journal"
            let none = rlim_t.max
            test.kernel.onWrite = { file, value throws(CaptureError) in
                guard file == "trace" && !isLimited && test.kernel.log.contains("current_tracer=nop") else { return }
                isLimited = true
                var status = stat()
                stat(path, &status)
                var limit = rlimit(rlim_cur: rlim_t(status.st_size), rlim_max: none)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            }
            var lines: [String] = []
            let summary = try test.capture(lines: { line in
                lines.append(line)
                guard line.hasPrefix("warning: cannot use the journal") else { return }
                var limit = rlimit(rlim_cur: none, rlim_max: none)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            })
            #expect(isLimited && lines.contains { $0.hasPrefix("warning: cannot use the journal") }, "\(lines)")
            #expect(summary.bytes == 4096)
            #expect(test.directory.names == ["kallsyms", "out.dat"] && test.journals.names == [])
        }
    }

    @Test func whatWasThereIsSaidToBeReplaced() throws {
        directory.write("precious", "old")
        symlink("\(directory.path)/precious", "\(directory.path)/out.dat")
        var lines: [String] = []
        _ = try capture(lines: { lines.append($0) })
        #expect(lines.contains { $0.contains("the link that was there is replaced; \(directory.path)/precious") })
        #expect(directory.text("precious") == "old")
        _ = try capture(lines: { lines.append($0) })
        #expect(lines.contains("\(directory.path)/out.dat: the file that was there is replaced"))
    }

    @Test func asWhomTheCommandRunsIsSaid() throws {
        var lines: [String] = []
        // The command's end is the end: a child that nobody takes leave of would keep exit tests from being noticed.
        let wait = { (options: inout CaptureOptions) in
            options.limits.duration = 20_000_000_000
            options.command = ["true"]
        }
        _ = try capture(wait, lines: { lines.append($0) })
        #expect(lines.contains { $0.hasPrefix("'true' runs as \(geteuid() == 0 ? "root" : "user ")") })
        guard geteuid() == 0 else { return }
        _ = try capture(
            {
                wait(&$0)
                $0.user = try? Account(named: "nobody")
            }, lines: { lines.append($0) })
        #expect(lines.contains("'true' runs as nobody"))
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away")) func theTraceIsGivenToWhomItIsFor() throws {
        let nobody = try Account(named: "nobody")
        _ = try capture { $0.owner = nobody }
        var status = stat()
        #expect(stat("\(directory.path)/out.dat", &status) == 0)
        #expect(status.st_uid == nobody.user && status.st_gid == nobody.group && status.st_mode & 0o777 == 0o600)
    }

    /// Every change that a capture makes fails once, in a run of its own. Whatever it was, each file is as before or
    /// is named, and the output is whole or absent.
    @Test(arguments: [false, true])
    func aFailureAnywhereIsUndone(odd: Bool) throws {
        var failing = 0
        var restoresFailed = 0
        while true {
            let kernel = FakeKernel(directory: directory.path)
            if odd { kernel.makeOdd() }
            kernel.pages = self.kernel.pages
            let before = kernel.snapshot
            var count = 0
            kernel.onWrite = { file, value throws(CaptureError) in
                defer { count += 1 }
                if count == failing { throw CaptureError(.writeFailed(value: value), path: file, errno: EIO) }
            }
            var options = CaptureOptions(flows: ["io"], output: "\(directory.path)/out.dat")
            options.limits.duration = 1_000_000
            var named: Set<String> = []
            var error: CaptureError?
            var session = CaptureSession(options, catalogue: .builtin, files: kernel, report: { _ in })
            session.journals = "\(journals.path)/dmflow"
            session.symbolFile = "\(directory.path)/kallsyms"
            session.obstacles = { _ in [] }
            session.resolver = { _, _ in KnownFields() }
            session.release = KernelRelease(major: 6, minor: 1)
            do throws(CaptureError) { error = try session.run().notRestored } catch let thrown { error = thrown }
            if case .notRestored(let files) = error?.problem { named = Set(files) }

            let differing = Set(before.filter { kernel.snapshot[$0.key] != $0.value }.map(\.key))
            #expect(differing.subtracting(["trace"]).isSubset(of: named), "change \(failing): \(differing)")
            let isKept = error == nil || !named.isEmpty
            #expect(directory.names == (isKept ? ["kallsyms", "out.dat"] : ["kallsyms"]), "change \(failing)")
            unlink("\(directory.path)/out.dat")
            // What was not put back then can be later.
            kernel.onWrite = { _, _ throws(CaptureError) in }
            _ = try Restoration(journals: session.journals) { _ throws(CaptureError) in kernel }.run()
            #expect(kernel.snapshot == before && journals.names == [], "change \(failing)")
            if !named.isEmpty { restoresFailed += 1 }
            if count <= failing { break }
            failing += 1
        }
        // Setting takes at least tracing_on, clock, buffers, two lists, the tracer; restoring takes them again.
        #expect(failing > 16)
        #expect(restoresFailed >= 7)
    }
}
