import Testing

@testable import TraceCapture

@Suite struct AvailableFunctionsTests {
    private static let text = """
        schedule
        __ftrace_invalid_address___64
        dm_request_fn [dm_mod]
        map_request.isra.0 [dm_mod]
        do_resume.part.0 [dm_mod]
        table_load [dm_mod]
        table_load.cold [dm_mod]
        clone_and_map.constprop.0 [dm_multipath]
        clone_and_map.part.2 [dm_multipath]
        trigger_event [dm_mod]
        trigger_event [dm_multipath]
        dm_mq_queue_rq [dm_mod]
        dm_mq_queue_rq_tail [dm_mod]

        """
    private let available = AvailableFunctions(text: Array(Self.text.utf8))

    @Test func everyLineCountsForTheIndex() {
        #expect(available.count == 13)
        #expect(available[0] == .init(index: 1, name: "schedule", module: nil))
        #expect(available[2] == .init(index: 3, name: "dm_request_fn", module: "dm_mod"))
        #expect(available.loadedModules == ["dm_mod", "dm_multipath"])
    }

    @Test func addressesBeforeTheNameAreSkipped() {
        let text = "ffffffff81000000 schedule\nffffffffc0000000 table_load [dm_mod]"
        let available = AvailableFunctions(text: Array(text.utf8))
        #expect(available[0].name == "schedule")
        #expect(available[1] == .init(index: 2, name: "table_load", module: "dm_mod"))
    }

    @Test(arguments: [
        ("schedule", ["schedule"]),
        ("map_request", ["map_request.isra.0"]),
        ("do_resume", ["do_resume.part.0"]),
        ("table_load", ["table_load"]),
        ("clone_and_map", ["clone_and_map.constprop.0"]),
        ("trigger_event", ["trigger_event", "trigger_event"]),
        ("dm_mq_queue_rq", ["dm_mq_queue_rq"]),
        ("dm_old_request_fn", []),
    ])
    func entryPointsIncludeWhatTheCompilerMade(source: String, names: [String]) {
        #expect(available.entryPoints(of: source).map(\.name) == names)
    }

    @Test(arguments: [
        ("dm_mq_queue_rw", "dm_mq_queue_rq"), ("table_laod", "table_load"), ("shedule", "schedule"),
    ])
    func aMisspeltNameHasAHint(misspelt: String, meant: String) {
        #expect(available.namesSimilar(to: misspelt).first == meant)
    }

    @Test func nothingIsSimilarToAnotherWord() {
        #expect(available.namesSimilar(to: "xfs_file_read_iter") == [])
    }

    @Test func aScopeTakesModulesWholeAndPatternsFromBuiltInCodeOnly() {
        let text = "dm_table_run\nblk_start\nblkdev_open\ndm_map [dm_mod]\nhelper [dm_mod]\ndm_helpers_init [amdgpu]"
        let scope = TraceScope(modules: ["dm_mod", "sd_mod"], builtinPatterns: ["dm_*", "blk_*"])
        let available = AvailableFunctions(text: Array(text.utf8))
        #expect(available.functions(in: scope).map(\.index) == [1, 2, 4, 5])
        #expect(scope.pendingLines(loaded: available.loadedModules) == ["*:mod:sd_mod"])
        #expect(scope.patternLines(loaded: available.loadedModules) == ["*:mod:dm_mod", "dm_*", "blk_*"])
    }

    @Test(arguments: [
        ("blk_*", "blk_", true), ("blk_*", "blk", false), ("blk_*", "__blk_x", false), ("kfree", "kfree", true),
        ("kfree", "kfree_skb", false), ("*", "anything", false),
    ])
    func patternsAreNamesOrBeginnings(pattern: String, name: String, matches: Bool) {
        #expect(PatternTable([pattern]).matches(Array(name.utf8)[...]) == matches)
    }

    @Test func theScopeOfTheStackHasNoPatternThatMatchesEverything() {
        for pattern in TraceScope.storageStack(noise: TraceNoise.allCases, interrupts: true).builtinPatterns {
            #expect(!pattern.dropLast().contains("*") && pattern.count > 2, "\(pattern)")
        }
    }
}
