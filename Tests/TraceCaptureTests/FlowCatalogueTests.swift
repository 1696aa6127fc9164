import Testing

@testable import TraceCapture

@Suite struct FlowCatalogueTests {
    private func catalogue(_ json: String) throws(CaptureError) -> FlowCatalogue {
        try FlowCatalogue(json: Array(json.utf8), path: "my.json")
    }

    private func file(_ flows: String) -> String { #"{ "schema": "dmflow.flows/1", "flows": [\#(flows)] }"# }

    @Test func theBuiltInFlowsCoverEveryCommandOfDm() {
        let names = FlowCatalogue.builtin.names
        #expect(Set(names).count == names.count)
        let commands = [
            "create", "remove", "remove-all", "rename", "suspend", "resume", "load", "clear", "status", "deps",
            "message",
            "wait", "arm-poll", "list", "version", "geometry",
        ]
        let others = [
            "io", "requests", "requests-detail", "submit", "complete", "failover", "failover-calls", "uevent", "daemon",
        ]
        #expect(Set(commands + others) == Set(names))
        #expect(FlowCatalogue.builtin.defaults == ["create", "load", "io", "requests"])
        #expect(FlowCatalogue.builtin.mistakeInCompany == nil)
    }

    @Test func usersFlowsComeBesideTheBuiltInOnesOrReplaceThem() throws {
        let mine = try catalogue(
            file(
                #"{ "name": "io", "summary": "mine", "roots": [ { "function": "f" } ] }, "#
                    + #"{ "name": "new", "summary": "", "roots": [ { "function": "g*", "instead": ["h"] } ] }"#))
        let merged = try FlowCatalogue.builtin.merged(with: mine, path: "my.json")
        #expect(merged.names.count == FlowCatalogue.builtin.names.count + 1)
        #expect(try merged.flow(named: "io").summary == "mine")
        #expect(try merged.flow(named: "new").roots == [Flow.Root(function: "g*", instead: ["h"])])
        #expect(merged.defaults == ["create", "load", "requests"])
    }

    // MARK: Company

    private func company(_ flows: (name: String, with: String)...) throws(CaptureError) -> FlowCatalogue {
        let entries = flows.map {
            #"{ "name": "\#($0.name)", "summary": "", "with": [\#($0.with)], "roots": [ { "function": "f" } ] }"#
        }
        return try catalogue(file(entries.joined(separator: ", ")))
    }

    @Test func aFlowComesBehindThoseThatItBringsAlong() throws {
        let flows = try company(("a", #""b", "c""#), ("b", #""d""#), ("c", #""d""#), ("d", ""))
        #expect(flows.mistakeInCompany == nil)
        #expect(try flows.flows(named: ["a", "b"]).map(\.name) == ["d", "b", "c", "a"])
        #expect(throws: CaptureError.self) { try flows.flows(named: ["e"]) }
    }

    @Test func aFlowBringsNeitherItselfAlongNorWhatIsNotThere() throws {
        let circles = [
            try company(("a", #""a""#)), try company(("a", #""b""#), ("b", #""c""#), ("c", #""a""#)),
            // With the built-in one that brings it along.
            try company(("requests", #""requests-detail""#)),
        ]
        for flows in circles {
            let error = #expect(throws: CaptureError.self) {
                try FlowCatalogue.builtin.merged(with: flows, path: "my.json")
            }
            #expect(error?.fact.contains("brings itself along, by way of ") == true)
            // Looking one up ends all the same.
            _ = try? flows.flows(named: flows.names)
        }
        let unknown = try company(("a", #""io", "nothing""#))
        #expect(
            throws: CaptureError(
                .flowsNotUsable("the flow 'a' brings along 'nothing', which there is not"), path: "my.json")
        ) { try FlowCatalogue.builtin.merged(with: unknown, path: "my.json") }
    }

    // MARK: On a kernel

    private let kernel = FakeKernel(directory: "/nowhere")

    private func plan(
        flows: [String] = [], roots: [String] = [], _ catalogue: FlowCatalogue, _ kernel: FakeKernel
    ) throws(CaptureError) -> RecordingPlan {
        try RecordingPlan(
            flows: flows, roots: roots, catalogue: catalogue, on: TracedKernel(kernel, resolver: KnownFields()))
    }

    private func plan(flows: [String], on functions: [String]) throws(CaptureError) -> RecordingPlan {
        try plan(flows: flows, .builtin, FakeKernel(directory: "/nowhere", functions: functions))
    }

    @Test func whatIsMissingIsExplained() throws {
        let flows = try catalogue(
            file(
                #"{ "name": "a", "summary": "", "roots": [ { "function": "dev_create" }, { "function": "gone", "kernels": "up to 4.4" }, "#
                    + #"{ "function": "other", "module": "dm_other" }, { "function": "hidden" }, { "function": "inlined" }, "#
                    + #"{ "function": "within", "module": "scsi_built_in" }, { "function": "never", "module": "dm_none" }, "#
                    + #"{ "function": "old", "instead": ["no", "table_load", "kfree"] } ] }"#))
        let symbols = "ffffffff81000000 t hidden\t[dm_mod]\nffffffff81000010 T schedule\n"
        let directory = TemporaryDirectory()
        directory.write("lib/modules/6.1/modules.dep", "kernel/drivers/md/dm-other.ko.xz: kernel/x.ko\n")
        directory.write("lib/modules/6.1/modules.builtin", "kernel/drivers/scsi/scsi-built-in.ko\n")
        var machine = Machine(release: "6.1", architecture: "x86_64", host: "h")
        machine.root = directory.path
        let listing = try FlowListing(
            flows,
            on: TracedKernel(
                kernel, resolver: KnownFields(), symbols: { Array(symbols.utf8) }, modules: { KernelModules(machine) }))
        let entry = try #require(listing.entries.first)
        #expect(entry.recorded == ["dev_create [dm_mod]", "table_load [dm_mod]", "kfree"])
        #expect(
            entry.unrecorded == [
                .init(name: "old", cause: .replaced(by: "table_load, kfree")),
                .init(name: "gone", cause: .notInKernel(kernels: "up to 4.4")),
                .init(name: "other", cause: .moduleNotLoaded("dm_other", kernels: nil)),
                .init(name: "hidden", cause: .untraceable),
                .init(name: "inlined", cause: .notInKernel(kernels: nil)),
                .init(name: "within", cause: .notInKernel(kernels: nil)),
                .init(name: "never", cause: .noModule("dm_none", kernels: nil)),
            ])
        #expect(
            entry.unrecorded.map(\.reason) == [
                "traced instead: table_load, kfree", "not in this kernel (up to 4.4)",
                "the module dm_other is not loaded", "this kernel has it, but cannot trace it",
                "not in this kernel, or inlined", "not in this kernel, or inlined", "this kernel has no module dm_none",
            ])
    }

    @Test func patternsAndStandInsResolve() throws {
        let flows = try catalogue(
            file(
                #"{ "name": "a", "summary": "", "roots": [ { "function": "dm_*_q?eue_rq" }, { "function": "x", "instead": ["kfree"] } ] }"#
            ))
        let plan = try plan(flows: ["a"], roots: ["blk_mq_*"], flows, kernel)
        #expect(
            plan.lines == [
                "a: tracing dm_mq_queue_rq [dm_mod], kfree; kfree instead of x, which cannot be traced here",
                "blk_mq_*: tracing blk_mq_start_request, blk_mq_run_hw_queue",
            ])
    }

    /// dm's own is inlined; the kernel's sleep has one of the name.
    @Test func aFunctionOfTheNameInAnotherPlaceIsNotTaken() throws {
        let plan = try plan(flows: ["suspend"], on: ["do_suspend", "dev_suspend [dm_mod]"])
        #expect(
            plan.lines.first
                == "suspend: tracing dev_suspend [dm_mod]; dev_suspend instead of do_suspend, which cannot be traced here"
        )
        // Built in, it has no module.
        let other = try self.plan(flows: ["suspend"], on: ["do_suspend", "dev_suspend"])
        #expect(other.of(GraphRoots.self).functions.map(\.name) == ["do_suspend"])
    }

    /// Enterprise Linux 7.9 has both, and so nobody knows beforehand which one it takes.
    @Test func whatExistsBesideARootIsTracedToo() throws {
        let names = ["scsi_done [scsi_mod]", "scsi_mq_done [scsi_mod]", "scsi_softirq_done [scsi_mod]"]
        let plan = try plan(flows: ["complete"], on: names)
        #expect(plan.of(GraphRoots.self).functions.map(\.description) == names)
        #expect(plan.of(GraphRoots.self).first?.replaced.isEmpty == true)
    }

    /// A distribution's kernel has what mainline got later or no longer has.
    @Test func whichKernelsHaveARootIsSaidOfMainline() {
        for root in FlowCatalogue.builtin.flows.flatMap(\.roots) {
            #expect(root.kernels?.hasPrefix("mainline ") ?? true, "\(root.function)")
        }
    }

    @Test func aNameOfSeveralFunctionsIsSaid() throws {
        let plan = try plan(roots: ["trigger_event"], .builtin, kernel)
        #expect(
            plan.lines.first
                == "trigger_event: tracing trigger_event [dm_mod], trigger_event [dm_multipath]; "
                + "'trigger_event' is the name of several functions, and trees begin at each")
    }
}
