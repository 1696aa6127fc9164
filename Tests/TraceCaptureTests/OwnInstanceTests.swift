import Glibc
import Testing

@testable import TraceCapture

/// Captures on kernels that let function_graph run in an instance, and captures beside others who trace.
@Suite struct OwnInstanceTests {
    private let directory = TemporaryDirectory()
    private let journals = TemporaryDirectory()
    private let kernel: FakeKernel

    init() {
        kernel = FakeKernel(directory: directory.path)
        kernel.hasInstances = true
        kernel.pages = [0: SyntheticPage.oneTree(at: 1_000_000), 1: []]
        directory.write("kallsyms", SyntheticPage.symbols)
    }

    private func capture(
        minor: Int = 11, force: Bool = false, lines: (String) -> Void = { _ in }
    ) throws(CaptureError) -> CaptureSummary {
        var options = CaptureOptions(flows: ["io"], output: "\(directory.path)/out.dat")
        options.limits.duration = 1_000_000
        options.force = force
        return try withoutActuallyEscaping(lines) { lines throws(CaptureError) in
            var session = CaptureSession(options, catalogue: .builtin, files: kernel, report: lines)
            session.journals = "\(journals.path)/dmflow"
            session.symbolFile = "\(directory.path)/kallsyms"
            session.obstacles = { _ in [] }
            session.resolver = { _, _ in KnownFields() }
            session.release = KernelRelease(major: 6, minor: minor)
            return try session.run()
        }
    }

    /// The instance that was made last.
    private var instance: String {
        String(
            kernel.log.last { $0.hasPrefix("mkdir instances/dmflow-\(getpid())-") }?.dropFirst("mkdir ".count) ?? "none"
        )
    }

    @Test func tracerAndBufferAreTheInstancesOwn() throws {
        kernel.makeOdd()
        let before = kernel.snapshot
        let summary = try capture()
        #expect(summary.bytes == 4096)
        #expect(kernel.snapshot == before)
        for file in ["current_tracer", "tracing_on", "set_ftrace_filter", "trace", "trace_clock"] {
            #expect(!kernel.log.contains { $0.hasPrefix("\(file)=") }, "\(file)")
        }
        #expect(kernel.log.contains("\(instance)/current_tracer=function_graph"))
        #expect(kernel.log.contains { $0.hasPrefix("set_graph_function=") })
        #expect(kernel.log.contains("rmdir \(instance)"))
    }

    @Test func olderKernelsUseTheTopLevel() throws {
        _ = try capture(minor: 10)
        #expect(!kernel.log.contains { $0.contains("instances") })
        #expect(kernel.log.contains("current_tracer=function_graph"))
    }

    @Test func anInstanceWithoutTheTracerIsGivenUp() throws {
        kernel.graphInInstances = false
        let before = kernel.snapshot
        _ = try capture()
        #expect(kernel.snapshot == before)
        #expect(Array(kernel.log.prefix(2)) == ["mkdir \(instance)", "rmdir \(instance)"])
        #expect(kernel.log.contains("current_tracer=function_graph"))
    }

    @Test(arguments: [("current_tracer", "function\n"), ("events/enable", "1\n"), ("set_ftrace_pid", "12\n")])
    func othersAtTheTopLevelAreNotDisturbed(file: String, content: String) throws {
        kernel.values[file] = content
        let before = kernel.snapshot
        _ = try capture()
        #expect(kernel.snapshot == before)
        #expect(!kernel.log.contains { $0.hasPrefix("\(file)=") })
    }

    /// An instance that could not be made, once, led to the erasing of what others had recorded.
    @Test(arguments: [ENOMEM, EEXIST]) func whatOthersRecordedStaysWhenAnInstanceCannotBeMade(code: Int32) throws {
        kernel.values["trace"] = "precious"
        kernel.values["events/enable"] = "1\n"
        let before = kernel.snapshot
        kernel.onWrite = { file, value throws(CaptureError) in
            if file.hasPrefix("instances/") { throw CaptureError(.instanceNotMade, path: file, errno: code) }
        }
        #expect(throws: CaptureError.self) { try capture() }
        #expect(kernel.snapshot == before)
        #expect(!kernel.log.contains { $0.hasPrefix("trace=") || $0.hasPrefix("rmdir") })
    }

    /// Who records beside an instance would lose the names of tasks.
    @Test(arguments: ["0\n", "1\n"]) func namesThatOthersHaveGatheredAreKept(events: String) throws {
        kernel.values["events/enable"] = events
        _ = try capture()
        #expect(kernel.log.contains("saved_cmdlines_size=4096") == (events == "0\n"))
    }

    @Test func aThresholdOfSomebodyElsesIsARefusal() throws {
        kernel.values["tracing_thresh"] = "100\n"
        kernel.values["current_tracer"] = "irqsoff\n"
        let refusal = CaptureError(.tracerInUse("irqsoff"), path: kernel.path("current_tracer"))
        #expect(throws: CaptureError(.preflight([refusal]))) { try capture() }
    }

    @Test func anotherUserOfTheGraphIsARefusal() throws {
        kernel.values["current_tracer"] = "function_graph\n"
        let refusal = CaptureError(.tracerInUse("function_graph"), path: kernel.path("current_tracer"))
        #expect(throws: CaptureError(.preflight([refusal]))) { try capture() }
        kernel.values["current_tracer"] = "nop\n"
        try kernel.makeDirectory("instances/theirs")
        try kernel.write("instances/theirs/current_tracer", "function_graph")
        #expect(throws: CaptureError.self) { try capture() }
    }

    /// With --force: all that somebody else has set is away while the capture records, and back afterwards.
    @Test func othersArePutBackAfterForce() throws {
        kernel.hasInstances = false
        kernel.values["current_tracer"] = "function\n"
        kernel.values["events/enable"] = "X\n"
        kernel.values["set_event"] = "sched:sched_switch\nblock:block_rq_issue\n"
        kernel.values["set_ftrace_pid"] = "12\n13\n"
        kernel.values["tracing_cpumask"] = "1\n"
        let before = kernel.snapshot
        #expect(throws: CaptureError.self) { try capture(minor: 1) }
        #expect(kernel.log == [])
        var meanwhile: [String: String] = [:]
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            if file == "tracing_on" && value.trimmed == "0" && kernel.values["current_tracer"] == "function_graph\n" {
                meanwhile = kernel.snapshot
            }
        }
        var lines: [String] = []
        _ = try capture(minor: 1, force: true, lines: { lines.append($0) })
        #expect(lines.filter { $0.hasPrefix("forced although ") }.count == 4)
        #expect(lines.contains { $0.contains("the tracer 'function' is in use") })
        #expect(meanwhile["set_event"] == "" && meanwhile["set_ftrace_pid"] == "no pid\n")
        #expect(meanwhile["tracing_cpumask"] == "3\n")
        #expect(kernel.snapshot == before)
    }

    @Test func aBoundThatCannotBeWatchedIsRefused() {
        var options = CaptureOptions(flows: ["io"], output: "\(directory.path)/out.dat")
        options.limits.overhead = 0.1
        #expect(throws: CaptureError(.costNotMeasurable)) {
            try CaptureRun(
                options, catalogue: .builtin, files: kernel, symbolFile: "", resolver: KnownFields(), report: { _ in })
        }
    }
}
