import Testing

@testable import TraceCapture

@Suite struct FunctionListTests {
    @Test(arguments: ["#### all functions enabled ####\n", "#### no functions disabled ####\n", ""])
    func anEmptyListShowsAComment(text: String) {
        let list = FunctionList(text: text)
        #expect(list.functions.isEmpty && list.pending.isEmpty && list.triggers.isEmpty)
    }

    @Test func namesModulesToComeAndTriggersAreToldApart() {
        let list = FunctionList(
            text: "schedule\ntable_load [dm_mod]\n*:mod:xfs\nschedule:traceoff:unlimited\nkfree:stacktrace:count=2\n")
        #expect(
            list.functions == [.init(name: "schedule", module: nil), .init(name: "table_load", module: "dm_mod")])
        #expect(list.pending == ["*:mod:xfs"])
        #expect(list.triggers == ["schedule:traceoff:unlimited", "kfree:stacktrace:count=2"])
    }

    @Test func linesToWriteAreIndicesOfTheSameFunctions() {
        let available = AvailableFunctions(text: Array("a\nb [x]\na [x]\nb [y]\nc\n".utf8))
        let list = FunctionList(text: "a [x]\nb [y]\ngone [z]\n*:mod:w\n")
        #expect(list.filterLines(in: available) == ["3", "4", "*:mod:w"])
        #expect(list.filterLinesByName == ["a:mod:x", "b:mod:y", "gone:mod:z", "*:mod:w"])
    }

    @Test func twinsInOneModuleAreTakenAsOftenAsShown() {
        let available = AvailableFunctions(text: Array("t [x]\nt [x]\nt [x]\n".utf8))
        #expect(FunctionList(text: "t [x]\nt [x]\n").filterLines(in: available) == ["1", "2"])
    }

    @Test func aKernelThatTakesNoIndicesGetsNames() throws {
        let kernel = FakeKernel(directory: "/nowhere")
        kernel.takesIndices = false
        try kernel.writeFilter("set_ftrace_filter", indices: ["1", "4"], names: { ["schedule", "dm_mq_queue_rq"] })
        #expect(kernel.snapshot["set_ftrace_filter"] == "schedule\ndm_mq_queue_rq [dm_mod]\n")
    }

    /// Each refusal takes such a kernel 23 ms: 1,746 of them took 40 s.
    @Test func theFirstIndexThatIsRefusedTells() throws {
        let kernel = FakeKernel(directory: "/nowhere")
        kernel.takesIndices = false
        let indices = (1...FakeKernel.defaultFunctions.count).map(String.init)
        try kernel.writeFilter("set_ftrace_filter", indices: indices, names: { ["schedule", "dm_mq_queue_rq"] })
        #expect(kernel.refusals == 1)
        #expect(kernel.snapshot["set_ftrace_filter"] == "schedule\ndm_mq_queue_rq [dm_mod]\n")
    }

    /// Entries for modules to come may be refused without harm, and the others are taken all the same.
    @Test func aRefusedEntryForAModuleStopsNothing() throws {
        let kernel = FakeKernel(directory: "/nowhere")
        try kernel.writeFilter("set_ftrace_filter", indices: ["x:mod:y", "1", "4"], names: { [] })
        #expect(kernel.refusals == 1)
        #expect(kernel.snapshot["set_ftrace_filter"] == "schedule\ndm_mq_queue_rq [dm_mod]\n")
    }

    @Test func aFilterOfWhichNothingIsTakenIsAnError() {
        let kernel = FakeKernel(directory: "/nowhere")
        #expect(throws: CaptureError.self) {
            try kernel.writeFilter("set_ftrace_filter", indices: ["999"], names: { ["no_such"] })
        }
    }
}
