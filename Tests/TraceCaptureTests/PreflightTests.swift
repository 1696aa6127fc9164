import Testing

@testable import TraceCapture

@Suite struct PreflightTests {
    private let directory = TemporaryDirectory()
    private let kernel: FakeKernel

    init() {
        kernel = FakeKernel(directory: directory.path)
        for file in ["current_tracer", "set_graph_function", "set_ftrace_filter"] { directory.write(file, "") }
        directory.write("sysctl/ftrace_enabled", "1\n")
        directory.write("sysctl/kptr_restrict", "0\n")
    }

    private var problems: [CaptureError.Problem] {
        let preflight = Preflight(files: kernel, sysctl: "\(directory.path)/sysctl")
        return (preflight.obstacles() + preflight.othersDisturbed(ownInstance: false)).map(\.problem)
    }

    @Test func nothingIsInTheWayOnAnIdleMachine() {
        #expect(problems == [])
    }

    @Test(
        arguments: [
            ("current_tracer", "function\n", .tracerInUse("function")),
            ("available_tracers", "function nop\n", .graphTracerMissing),
            ("events/enable", "X\n", .eventsEnabled),
            ("events/enable", "1\n", .eventsEnabled),
            ("set_ftrace_pid", "1\n", .taskFilterSet),
            ("set_ftrace_notrace_pid", "12 13\n", .taskFilterSet),
            ("tracing_cpumask", "1\n", .cpuMaskNarrowed(mask: "1")),
            ("per_cpu/cpu1/stats", "entries: 17\n", .bufferNotEmpty(cpu: 1, entries: 17)),
        ] as [(String, String, CaptureError.Problem)])
    func somebodyElseIsNoticed(file: String, content: String, problem: CaptureError.Problem) {
        kernel.values[file] = content
        #expect(problems == [problem])
    }

    @Test(arguments: [("events/enable", "?\n"), ("tracing_cpumask", "00000000,00000003\n"), ("set_ftrace_pid", "\n")])
    func idleInOtherWords(file: String, content: String) {
        kernel.values[file] = content
        #expect(problems == [])
    }

    @Test func triggersAreNoticed() {
        kernel.lists["set_ftrace_filter"]!.triggers = ["schedule:traceoff:unlimited"]
        #expect(problems == [.triggersSet(first: "schedule:traceoff:unlimited")])
    }

    @Test(
        arguments: [
            ("sysctl/ftrace_enabled", "0\n", .ftraceDisabled), ("sysctl/kptr_restrict", "2\n", .addressesHidden),
        ] as [(String, String, CaptureError.Problem)])
    func kernelSettings(file: String, content: String, problem: CaptureError.Problem) {
        directory.write(file, content)
        #expect(problems == [problem])
    }

    @Test func allThatFailsIsToldAtOnce() {
        kernel.values["current_tracer"] = "function\n"
        kernel.values["events/enable"] = "1\n"
        kernel.values["tracing_cpumask"] = "1\n"
        #expect(problems == [.tracerInUse("function"), .eventsEnabled, .cpuMaskNarrowed(mask: "1")])
    }

    @Test func withoutPermissionNothingElseIsTold() {
        kernel.values["events/enable"] = "1\n"
        let kernel = FakeKernel(directory: "\(directory.path)/missing")
        #expect(Preflight(files: kernel).obstacles().map(\.problem) == [.notPermitted])
    }
}
