import Glibc
import Testing

@testable import TraceCapture

/// libtracefs on a made directory of regular files.
@Suite struct TracefsTests {
    private let directory = TemporaryDirectory()

    private func tracefs() throws(CaptureError) -> Tracefs { try Tracefs(directory: directory.path) }

    @Test func aDirectoryThatIsNotThereIsAnError() {
        #expect(throws: CaptureError(.tracefsNotMounted, path: "/no/tracefs", errno: ENOENT)) {
            try Tracefs(directory: "/no/tracefs")
        }
    }

    @Test func filesAreReadWhole() throws {
        let long = String(repeating: "function_name [module]\n", count: 10_000)
        directory.write("long", long)
        directory.write("empty", "")
        directory.write("current_tracer", "nop\n")
        #expect(try tracefs().readBytes("long") == Array(long.utf8))
        #expect(try tracefs().readBytes("empty") == [])
        #expect(try tracefs().read("current_tracer") == "nop")
        #expect(throws: CaptureError(.readFailed, path: "\(directory.path)/missing", errno: ENOENT)) {
            try tracefs().readBytes("missing")
        }
    }

    @Test func aValueReplacesWhatTheFileHeld() throws {
        directory.write("trace_clock", "a longer content\n")
        try tracefs().write("trace_clock", "mono")
        #expect(directory.text("trace_clock") == "mono")
        #expect(throws: CaptureError.self) { try tracefs().write("missing", "1") }
        #expect(directory.names == ["trace_clock"])
    }

    @Test func aListIsEmptiedAndFilledLineByLine() throws {
        directory.write("set_graph_function", "old\n")
        #expect(try tracefs().writeList("set_graph_function", ["dev_create", "table_load"]) == [])
        #expect(directory.text("set_graph_function") == "dev_create\ntable_load\n")
        #expect(try tracefs().writeList("set_graph_function", []) == [])
        #expect(directory.text("set_graph_function") == "")
    }

    @Test func tracingIsSwitched() throws {
        directory.write("tracing_on", "0\n")
        try tracefs().setTracing(on: true)
        #expect(directory.text("tracing_on")?.trimmed == "1")
        try tracefs().setTracing(on: false)
        #expect(directory.text("tracing_on")?.trimmed == "0")
    }

    @Test func cpusAreThoseWithABufferWhateverTheirNumbers() throws {
        for cpu in ["cpu0", "cpu2", "cpu10"] { directory.write("per_cpu/\(cpu)/stats", "") }
        #expect(try tracefs().cpus() == [0, 2, 10])
    }

    @Test func withoutAnyCPUItIsNoTracingDirectory() {
        directory.write("per_cpu/readme", "")
        #expect(throws: CaptureError(.noRingBuffer, path: "\(directory.path)/per_cpu")) { try tracefs().cpus() }
    }

    @Test func pagesAreTheMemorysUnlessSubBuffersAreSet() throws {
        #expect(try tracefs().ringBufferPageSize(memoryPage: 4096) == 4096)
        directory.write("buffer_subbuf_size_kb", "8\n")
        #expect(try tracefs().ringBufferPageSize(memoryPage: 4096) == 8192)
    }

    /// Values go back byte for byte, through the library and the file system.
    @Test func valuesAreRestoredByteForByte() throws {
        let contents = [
            "tracing_on": "0\n", "max_graph_depth": "7\n", "tracing_thresh": "25\n", "current_tracer": "nop\n",
        ]
        for (file, content) in contents { directory.write(file, content) }
        var state = TracefsState(try tracefs())
        try state.set("tracing_on", to: "1")
        try state.set("max_graph_depth", to: "0")
        try state.set("tracing_thresh", to: "0")
        try state.set("current_tracer", to: "function_graph")
        #expect(directory.text("current_tracer")?.trimmed == "function_graph")
        #expect(state.restore() == [])
        for (file, content) in contents { #expect(directory.text(file) == content) }
    }
}
