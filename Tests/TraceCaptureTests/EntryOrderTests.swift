import Testing

@testable import TraceCapture

/// Kernels on which an interrupt can end a tree early.
@Suite struct EntryOrderTests {
    private static let new = "f1 T function_graph_enter\nf2 T _stext\n"
    private static let old = "f0 T ftrace_push_return_trace\nf2 T _stext\n"
    /// Enterprise Linux 8.
    private static let both = "f0 T ftrace_push_return_trace\nf1 T function_graph_enter\n"
    private static let compiled = "f0 t ftrace_push_return_trace\nf1 T function_graph_enter\n"

    @Test(
        arguments: [
            ("4.18.0-477.13.1.el8_8.x86_64", both, .entryFirst), ("3.10.0-1160.el7", old, .entryFirst),
            ("4.19.0-21-amd64", new, .placeFirst), ("4.19.0-21-amd64", compiled, .placeFirst),
            ("4.14.0", old, .entryFirst), ("4.19.0", old, .entryFirst),
            // What cannot be seen is taken for the worse.
            ("4.19.0", "", .entryFirst), ("4.18.0-477.el8", "f0 T _stext\n", .entryFirst),
            ("4.20.0", old, .placeFirst), ("5.14.0-362.el9", "", .placeFirst), ("6.1.0", new, .placeFirst),
            ("4.19.0", "f1 T my_function_graph_enter\n", .entryFirst),
        ] as [(String, String, EntryOrder)])
    func itIsFoundByWhatTheKernelHas(release: String, symbols: String, order: EntryOrder) throws {
        let release = try #require(KernelRelease(release))
        #expect(EntryOrder(release: release, kallsyms: { Array(symbols.utf8) }) == order)
    }

    @Test func newKernelsAreNotReadFor() {
        _ = EntryOrder(release: KernelRelease(major: 4, minor: 20)) {
            Issue.record("the symbols were read")
            return []
        }
    }

    // MARK: What a capture makes of it

    private let directory = TemporaryDirectory()
    private let kernel: FakeKernel

    init() {
        kernel = FakeKernel(directory: directory.path, functions: FakeKernel.defaultFunctions + ["irq_enter"])
        kernel.pages = [0: SyntheticPage.oneTree(at: 1_000_000), 1: []]
    }

    private struct Seen {
        var lines: [String] = []
        var filter = ""
        var option = ""
        var trace = ""
    }

    private func capture(
        symbols: String, interrupts: Bool?, allFunctions: Bool = false
    ) throws -> Seen {
        var seen = Seen()
        directory.write("kallsyms", SyntheticPage.symbols + symbols)
        var options = CaptureOptions(flows: ["io"], output: "\(directory.path)/out.dat")
        options.limits.duration = 1_000_000
        options.interrupts = interrupts
        options.allFunctions = allFunctions
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            if file == "current_tracer" && value == "function_graph" {
                seen.filter = kernel.snapshot["set_ftrace_filter"]!
                seen.option = kernel.values["options/funcgraph-irqs"]!.trimmed
            }
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        var session = CaptureSession(options, catalogue: .builtin, files: kernel) { seen.lines.append($0) }
        session.journals = "\(directory.path)/dmflow"
        session.symbolFile = "\(directory.path)/kallsyms"
        session.obstacles = { _ in [] }
        session.resolver = { _, _ in KnownFields() }
        session.release = KernelRelease(major: 4, minor: 18)
        _ = try session.run()
        seen.trace = String(decoding: directory.read("out.dat") ?? [], as: UTF8.self)
        return seen
    }

    @Test func interruptsAreLeftOutWhereTheyEndTrees() throws {
        let seen = try capture(symbols: Self.both, interrupts: nil)
        #expect(!seen.filter.contains("irq_enter") && seen.filter.contains("schedule"))
        // A flow may run in an interrupt.
        #expect(seen.option == "1")
        #expect(
            seen.lines.contains { $0.hasPrefix("not recorded: interrupts, which can end trees early on this kernel") })
        #expect(seen.trace.contains("\ninterrupts: not recorded\n"))
    }

    @Test func interruptsAreRecordedWhereTheyDoNoHarm() throws {
        let seen = try capture(symbols: Self.new, interrupts: nil)
        #expect(seen.filter.contains("irq_enter") && seen.option == "1")
        #expect(!seen.lines.contains { $0.contains("interrupt") })
        #expect(seen.trace.contains("\ninterrupts: recorded\n"))
    }

    @Test func whoAsksForInterruptsIsWarned() throws {
        let seen = try capture(symbols: Self.both, interrupts: true)
        #expect(seen.filter.contains("irq_enter"))
        #expect(seen.lines.contains { $0.hasPrefix("warning: on this kernel an interrupt can end a tree early") })
        #expect(seen.trace.contains("\ninterrupts: recorded\n"))
    }

    @Test(arguments: [both, new]) func whoWantsNoneGetsNone(symbols: String) throws {
        let seen = try capture(symbols: symbols, interrupts: false)
        #expect(!seen.filter.contains("irq_enter") && seen.option == "0")
        #expect(seen.lines.contains("not recorded: interrupts; their time counts for what they hit"))
        #expect(seen.trace.contains("\ninterrupts: not recorded\n"))
    }

    /// A filter for all functions leaves none out.
    @Test func allFunctionsAreAllFunctions() throws {
        let seen = try capture(symbols: Self.both, interrupts: nil, allFunctions: true)
        #expect(seen.lines.contains { $0.hasPrefix("warning: on this kernel an interrupt can end a tree early") })
        #expect(seen.trace.contains("\ninterrupts: recorded\n"))
    }

    @Test func theTraceTellsWhereTreesWereToBegin() throws {
        let seen = try capture(symbols: Self.new, interrupts: nil)
        #expect(seen.trace.contains("\nroots: dm_mq_queue_rq dm_submit_bio\n"))
    }
}
