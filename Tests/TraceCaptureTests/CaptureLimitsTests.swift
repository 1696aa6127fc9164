import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

/// Captures that end by themselves, and what they keep.
@Suite struct CaptureLimitsTests {
    private let directory = TemporaryDirectory()
    private let journals = TemporaryDirectory()
    private let kernel: FakeKernel

    init() {
        kernel = FakeKernel(directory: directory.path, functions: FakeKernel.defaultFunctions + ["__x64_sys_getppid"])
        kernel.pages = [0: SyntheticPage.oneTree(at: 1_000_000), 1: []]
        directory.write("kallsyms", SyntheticPage.symbols)
    }

    private func capture(_ change: (inout CaptureOptions) -> Void) throws(CaptureError) -> CaptureSummary {
        var options = CaptureOptions(flows: ["io"], output: "\(directory.path)/out.dat")
        options.limits.duration = 20_000_000_000
        change(&options)
        var session = CaptureSession(options, catalogue: .builtin, files: kernel, report: { _ in })
        session.journals = "\(journals.path)/dmflow"
        session.symbolFile = "\(directory.path)/kallsyms"
        session.obstacles = { _ in [] }
        session.resolver = { _, _ in KnownFields() }
        session.release = KernelRelease(major: 6, minor: 1)
        session.callTime = { [kernel] in kernel.values["current_tracer"] == "function_graph\n" ? 700 : 100 }
        return try session.run()
    }

    /// What happens once the recording has begun, which the tracing_on behind the settings tells.
    private func whileRecording(_ change: @escaping (FakeKernel) -> Void) {
        var starts = 0
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            guard file == "tracing_on" && value.trimmed == "1" else { return }
            starts += 1
            // The first is for measuring what tracing costs.
            if starts == 2 { change(kernel) }
        }
    }

    @Test func theSizeEndsIt() throws {
        #expect(try capture { $0.limits.bytes = 4095 }.ending == .sizeReached)
        #expect(try capture { ($0.limits.bytes, $0.limits.duration) = (4096, 200_000_000) }.ending == .durationPassed)
    }

    @Test(arguments: [(500, false), (900, false), (1100, true), (5000, true)] as [(UInt64, Bool)])
    func lossEndsIt(lost: UInt64, ends: Bool) throws {
        let before = kernel.snapshot
        whileRecording { kernel in
            kernel.values["per_cpu/cpu1/stats"] = "entries: 0\noverrun: \(lost)\nread events: \(100_000 - lost)\n"
        }
        let ending = try capture { ($0.limits.lost, $0.limits.duration) = (0.01, 300_000_000) }.ending
        #expect(ending == (ends ? .lossExceeded(Double(lost) / 100_000) : .durationPassed))
        kernel.values["per_cpu/cpu1/stats"] = before["per_cpu/cpu1/stats"]
        #expect(kernel.snapshot == before)
    }

    /// A few lost events among few are no reason: a share of them says little.
    @Test func lossOfFewEventsDoesNotEndIt() throws {
        whileRecording { $0.values["per_cpu/cpu1/stats"] = "overrun: 100\nread events: 100\n" }
        let summary = try capture { ($0.limits.lost, $0.limits.duration) = (0.01, 300_000_000) }
        #expect(summary.ending == .durationPassed)
        #expect(summary.lost == 100)
    }

    @Test func overheadEndsIt() {
        var watch = CaptureWatch(
            overheadLimits(0.1), own: kernel, probes: nil, started: monotonicNanoseconds() - 2_000_000_000,
            before: [CPUStatistics(cpu: 0, text: "read events: 0\n"), CPUStatistics(cpu: 1, text: "")], hitsBefore: [:],
            callCostNs: 1000
        )
        // A million events in two seconds are half a million calls of a microsecond: a quarter.
        kernel.values["per_cpu/cpu0/stats"] = "entries: 400000\nread events: 600000\n"
        guard case .overheadExceeded(let share) = watch.look(bytes: 0) else {
            Issue.record("the overhead was not seen")
            return
        }
        #expect(share > 0.2 && share <= 0.25)
    }

    @Test func overheadBelowTheBoundDoesNotEndIt() {
        var watch = CaptureWatch(
            overheadLimits(0.5), own: kernel, probes: nil, started: monotonicNanoseconds() - 2_000_000_000,
            before: [CPUStatistics(cpu: 0, text: "")], hitsBefore: [:], callCostNs: 1000)
        kernel.values["per_cpu/cpu0/stats"] = "read events: 1000000\n"
        #expect(watch.look(bytes: 0) == nil)
    }

    private func overheadLimits(_ share: Double) -> CaptureLimits {
        var limits = CaptureLimits()
        limits.overhead = share
        return limits
    }

    @Test func theFirstCallOfAFunctionEndsIt() throws {
        let before = kernel.snapshot
        // Hits of a stranger's probe, and of one of ours that were there before, are no reason.
        let pid = getpid()
        kernel.values["kprobe_profile"] = "  stop_\(pid)_0      3     0\n  stop_1      7      0\n"
        whileRecording { kernel in
            kernel.values["kprobe_profile"] =
                "  stop_\(pid)_0    3   0\n  stop_1      9      0\n  stop_\(pid)_1      2      0\n"
        }
        let summary = try capture { $0.limits.stopFunctions = ["schedule", "trigger_event"] }
        #expect(summary.ending == .stopFunctionCalled("trigger_event [dm_mod]"))
        #expect(kernel.log.contains("kprobe_events+=p:dmflow/stop_\(pid)_0 schedule"))
        #expect(kernel.log.contains("kprobe_events+=p:dmflow/stop_\(pid)_2 dm_multipath:trigger_event"))
        kernel.values["kprobe_profile"] = ""
        #expect(kernel.snapshot == before)
        let file = try #require(directory.read("out.dat"))
        #expect(String(decoding: file, as: UTF8.self).contains("format of dmflow/stop_\(pid)_2"))
    }

    @Test func probesOfTheGroupThatNobodyKnowsAreARefusal() throws {
        kernel.values["kprobe_events"] = "p:dmflow/mine schedule\n"
        let before = kernel.snapshot
        #expect(throws: CaptureError(.probesExist(group: "dmflow"), path: kernel.path("kprobe_events"))) {
            try capture { $0.limits.stopFunctions = ["schedule"] }
        }
        #expect(kernel.snapshot == before)
        #expect(throws: CaptureError(.rootNotOnKernel("no_such_function", similar: []))) {
            try capture { $0.limits.stopFunctions = ["no_such_function"] }
        }
    }

    @Test func onlyTheLastSecondsAreKept() throws {
        let now = monotonicNanoseconds()
        // Pages of a minute ago, of nine seconds ago, and of now; the first of those kept says that events are missing before it.
        var pages: [UInt8] = []
        for (age, missed) in [(60, true), (59, true), (9, true), (8, false), (0, false)] as [(UInt64, Bool)] {
            pages += SyntheticPage.oneTree(at: now - age * 1_000_000_000, missed: missed)
        }
        kernel.pages[0] = pages
        kernel.values["per_cpu/cpu0/stats"] = "overrun: 5\n"
        let summary = try capture { ($0.keep, $0.limits.duration) = (10_000_000_000, 50_000_000) }
        // The page before the first one in the window may reach into it.
        #expect(summary.bytes == 4 * 4096)
        #expect(summary.lost == 0)
        let file = try #require(directory.read("out.dat"))
        #expect(Array(file.suffix(4 * 4096).prefix(4096)) == SyntheticPage.oneTree(at: now - 59_000_000_000))
        #expect(Array(file.suffix(3 * 4096)) == Array(pages.suffix(3 * 4096)))
    }

    @Test func whatTracingCostsIsMeasuredAndStored() throws {
        let summary = try capture { $0.limits.duration = 1_000_000 }
        let cost = try #require(summary.callCostNs)
        #expect(cost.before == 600 && cost.after == 600)
        let file = String(decoding: try #require(directory.read("out.dat")), as: UTF8.self)
        #expect(file.contains("dmflow:\nrecorded for: "))
        #expect(file.contains("\ncall cost before: 600 ns\ncall cost after: 600 ns\n"))
        // Trees begin at what is called for measuring only meanwhile.
        let lists = kernel.log.filter { $0.hasPrefix("set_graph_function=") }
        #expect(lists.filter { $0 == "set_graph_function=__x64_sys_getppid" }.count == 2)
        let switches = kernel.log.filter { $0.hasPrefix("set_graph_function=") || $0 == "tracing_on=1" }
        #expect(switches[1...3] == ["set_graph_function=__x64_sys_getppid", "tracing_on=1", lists[2]])
    }
}
