import Testing

@testable import TraceCapture

@Suite struct RootResolutionTests {
    private let available = AvailableFunctions(
        text: Array(FakeKernel.defaultFunctions.joined(separator: "\n").utf8))

    private func resolve(flows: [String] = [], roots: [String] = []) throws(CaptureError) -> RootResolution {
        try RootResolution(flows: flows, roots: roots, catalogue: .builtin, available: available)
    }

    @Test func whatAKernelDoesNotHaveIsSaid() throws {
        let resolution = try resolve(flows: ["io", "load"])
        #expect(
            resolution.requests.map(\.description) == [
                "io: tracing dm_mq_queue_rq [dm_mod], dm_submit_bio [dm_mod]; not on this kernel: "
                    + "dm_make_request, dm_old_request_fn, map_tio_request, dm_request_fn",
                "load: tracing table_load [dm_mod]",
            ])
        #expect(resolution.graphLines == ["dm_mq_queue_rq", "dm_submit_bio", "table_load"])
    }

    @Test func aNameInTwoModulesIsTracedInBothAndWrittenOnce() throws {
        let resolution = try resolve(roots: ["trigger_event", "trigger_event"])
        #expect(resolution.functions.map(\.module) == ["dm_mod", "dm_multipath"])
        #expect(resolution.graphLines == ["trigger_event"])
    }

    @Test func aRootThatDoesNotExistIsAnErrorWithAHint() {
        #expect(throws: CaptureError(.rootNotOnKernel("tabel_load", similar: ["table_load"]))) {
            try resolve(roots: ["tabel_load"])
        }
    }

    @Test func aFlowOfWhichNothingExistsIsAnError() {
        let empty = AvailableFunctions(text: Array("schedule\n".utf8))
        #expect(throws: CaptureError(.flowNotOnKernel("create", roots: ["dev_create"]))) {
            try RootResolution(flows: ["create"], roots: [], catalogue: .builtin, available: empty)
        }
    }

    @Test func anUnknownFlowNamesTheKnownOnes() {
        #expect(throws: CaptureError(.unknownFlow("oi", known: FlowCatalogue.builtin.names))) {
            try resolve(flows: ["oi"])
        }
    }
}
