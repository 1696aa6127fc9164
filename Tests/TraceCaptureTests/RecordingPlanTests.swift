import Testing

@testable import TraceCapture

@Suite struct RecordingPlanTests {
    private let kernel = FakeKernel(directory: "/nowhere")

    private func plan(
        flows: [String] = [], roots: [String] = [], catalogue: FlowCatalogue = .builtin
    ) throws(CaptureError) -> RecordingPlan {
        try RecordingPlan(
            flows: flows, roots: roots, catalogue: catalogue, on: TracedKernel(kernel, resolver: KnownFields()))
    }

    @Test func whatAKernelDoesNotHaveIsSaid() throws {
        let plan = try plan(flows: ["io", "load"])
        #expect(
            plan.lines == [
                "io: tracing dm_mq_queue_rq [dm_mod], dm_submit_bio [dm_mod]; not on this kernel: "
                    + "dm_make_request, dm_old_request_fn, map_tio_request, dm_request_fn",
                "load: tracing table_load [dm_mod]",
            ])
        #expect(plan.of(GraphRoots.self).graphLines == ["dm_mq_queue_rq", "dm_submit_bio", "table_load"])
    }

    @Test func aNameInTwoModulesIsTracedInBothAndWrittenOnce() throws {
        let plan = try plan(roots: ["trigger_event", "trigger_event"])
        #expect(plan.of(GraphRoots.self).functions.map(\.module) == ["dm_mod", "dm_multipath"])
        #expect(plan.of(GraphRoots.self).graphLines == ["trigger_event"])
    }

    @Test func aRootThatDoesNotExistIsAnErrorWithAHint() {
        #expect(throws: CaptureError(.rootNotOnKernel("tabel_load", similar: ["table_load"]))) {
            try plan(roots: ["tabel_load"])
        }
    }

    @Test func aFlowOfWhichNothingExistsIsAnError() {
        let empty = FakeKernel(directory: "/nowhere", functions: ["schedule"])
        #expect(throws: CaptureError(.flowNotOnKernel("create", roots: ["dev_create"]))) {
            try RecordingPlan(
                flows: ["create"], roots: [], catalogue: .builtin, on: TracedKernel(empty, resolver: KnownFields()))
        }
    }

    @Test func anUnknownFlowNamesTheKnownOnes() {
        #expect(throws: CaptureError(.unknownFlow("oi", known: FlowCatalogue.builtin.names))) {
            try plan(flows: ["oi"])
        }
    }
}
