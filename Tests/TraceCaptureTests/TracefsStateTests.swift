import Testing

@testable import TraceCapture

@Suite struct TracefsStateTests {
    private let kernel = FakeKernel(directory: "/nowhere")

    /// Changes every kind of file.
    private func changeAll(_ state: inout TracefsState) throws(CaptureError) {
        try state.set("tracing_on", to: "0")
        try state.choose("trace_clock", ["mono", "global"])
        try state.setIfPresent("options/overwrite", to: "1")
        try state.setIfPresent("options/no-such-option", to: "1")
        try state.set("max_graph_depth", to: "3")
        try state.clearList("set_ftrace_notrace", graph: false)
        try state.clearList("set_graph_notrace", graph: true)
        try state.setGraphList("set_graph_function", ["table_load"])
        try state.setFilter("set_ftrace_filter", indices: ["4", "*:mod:sd_mod"], names: { [] })
        try state.setBufferSizes(512, cpus: [0, 1])
        try state.set("current_tracer", to: "function_graph")
        try state.set("tracing_on", to: "1")
    }

    @Test(arguments: [false, true])
    func everyFileShowsAgainWhatItShowed(odd: Bool) throws {
        if odd { kernel.makeOdd() }
        let before = kernel.snapshot
        var state = TracefsState(kernel)
        try changeAll(&state)
        #expect(kernel.snapshot["set_ftrace_filter"] == "dm_mq_queue_rq [dm_mod]\n*:mod:sd_mod\n")
        #expect(kernel.clock == "mono")
        #expect(state.restore() == [])
        #expect(kernel.snapshot == before)
    }

    @Test func filesAreRestoredInReverseOrder() throws {
        var state = TracefsState(kernel)
        try changeAll(&state)
        let changes = kernel.log.count
        _ = state.restore()
        let restored = kernel.log[changes...]
        #expect(restored.first == "current_tracer=nop")
        #expect(restored.last == "tracing_on=1")
    }

    @Test func whatIsRightAlreadyIsNotTouched() throws {
        var state = TracefsState(kernel)
        try state.set("current_tracer", to: "nop")
        try state.choose("trace_clock", ["local"])
        try state.setBufferSizes(1410, cpus: [0, 1])
        try state.clearList("set_graph_notrace", graph: true)
        #expect(kernel.log == [])
        #expect(!state.isChanged)
    }

    @Test func aClockThatTheKernelDoesNotHaveIsPassedOver() throws {
        kernel.clocks = ["local", "global"]
        var state = TracefsState(kernel)
        #expect(try state.choose("trace_clock", ["mono", "global"]) == "global")
        #expect(try state.choose("trace_clock", ["tai"]) == "global")
    }

    @Test func anUnusedBufferIsLeftAtTheSizeThatWasPromised() throws {
        kernel.promisedKilobytes = 1408
        var state = TracefsState(kernel)
        try state.setBufferSizes(16384, cpus: [0, 1])
        #expect(state.restore() == [])
        #expect(kernel.bufferKilobytes == [0: 1410, 1: 1410])
    }

    /// One restoring write fails: that file is named, and all others are as before.
    @Test(arguments: [
        "tracing_on", "trace_clock", "options/overwrite", "max_graph_depth", "set_ftrace_notrace", "set_graph_notrace",
        "set_graph_function", "set_ftrace_filter", "per_cpu/cpu0/buffer_size_kb", "per_cpu/cpu1/buffer_size_kb",
        "current_tracer",
    ])
    func aFileThatCannotBeRestoredIsNamedAndKeepsNoOtherBack(stubborn: String) throws {
        kernel.makeOdd()
        kernel.values["tracing_on"] = "1\n"
        let before = kernel.snapshot
        var state = TracefsState(kernel)
        try changeAll(&state)
        if stubborn == "tracing_on" { try kernel.write("tracing_on", "0") }
        kernel.onWrite = { file, value throws(CaptureError) in
            if file == stubborn { throw CaptureError(.writeFailed(value: value), path: file, errno: 5) }
        }
        #expect(state.restore() == [stubborn])
        let differing = before.filter { kernel.snapshot[$0.key] != $0.value }.map(\.key)
        #expect(differing == [stubborn])
    }

    /// All writes are taken, but another process changes a file right after it was restored.
    @Test func aFileThatDoesNotShowWhatItShowedIsNamed() throws {
        var state = TracefsState(kernel)
        try state.set("max_graph_depth", to: "3")
        try state.set("tracing_thresh", to: "9")
        kernel.onWrite = { [kernel] file, _ throws(CaptureError) in
            if file == "max_graph_depth" { kernel.values["tracing_thresh"] = "1\n" }
        }
        #expect(state.restore() == ["tracing_thresh"])
    }
}
