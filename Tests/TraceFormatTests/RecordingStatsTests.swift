import Testing
import TraceFormat

@Suite struct RecordingStatsTests {
    @Test func theOptionHasALineForEachValue() {
        var stats = RecordingStats()
        (stats.durationNs, stats.recorderCPUNs, stats.callCostAfterNs) = (5, 6, 7)
        (stats.interrupts, stats.roots, stats.flows) = (false, ["b", "a"], ["io"])
        stats.commandLine = "dmflow capture"
        let expected = """
            dmflow:
            recorded for: 5 ns
            recorder's CPU time: 6 ns
            call cost after: 7 ns
            interrupts: not recorded
            roots: a b
            command line: dmflow capture
            flows: io

            """
        #expect(String(decoding: stats.option, as: UTF8.self) == expected + "\0")
        #expect(RecordingStats(option: stats.option) == stats)
        #expect(RecordingStats(option: Array(expected.utf8)) == stats)
    }

    @Test func aCPUsStatisticsAreNone() {
        for content in ["CPU: 0\nentries: 5\n", "dmflow", "dmflow: 5\n", "", "dmflowing:\n"] {
            #expect(RecordingStats(option: Array(content.utf8)) == nil, "\(content)")
        }
        #expect(RecordingStats(option: Array("dmflow:".utf8)) == RecordingStats())
    }

    /// What a file says that came by mail.
    @Test func whatIsNoValueIsPassedOver() {
        let lines =
            "dmflow:\nrecorded for: -5 ns\ncall cost before: many\nhost: a\u{1b}[2Jb\nhost\nflows: \nroots:x\ty z\n"
        let stats = RecordingStats(option: Array(lines.utf8))
        #expect(stats?.durationNs == nil && stats?.callCostBeforeNs == nil && stats?.host == #"a\x1b[2Jb"#)
        #expect(stats?.flows == [] && stats?.roots == [#"x\x09y"#, "z"])
    }

    @Test(
        arguments: [
            (["dmflow", "capture"], "dmflow capture"), (["a b", ""], "'a b' ''"), (["it's"], #"'it'\''s'"#),
            (["$HOME", "a\\b"], #"'$HOME' 'a\b'"#), (["übung"], "übung"),
            (["a\nb'"], #"$'a\x0ab\''"#),
        ] as [([RawString], String)])
    func commandLinesAreWhatAShellTakes(arguments: [RawString], text: String) {
        #expect(CommandLineText.text(arguments) == text)
        #expect(CommandLineText.text(arguments + [RawString(bytes: [0xff])]) == text + #" $'\xff'"#)
    }

    @Test func longCommandLinesAreCutBehindAnArgument() {
        let text = CommandLineText.text((0..<3000).map { RawString("\($0)") })
        #expect(text.utf8.count <= CommandLineText.maxSize && text.utf8.count > CommandLineText.maxSize - 16)
        #expect(text.hasPrefix("0 1 2 3 ") && text.hasSuffix(" …"))
        #expect(CommandLineText.text([RawString(String(repeating: "x", count: 5000))]) == " …")
    }
}

@Suite struct SystemNameTests {
    @Test(arguments: [
        ("Linux iron 6.1.0-50-amd64 x86_64\0", SystemName(host: "iron", release: "6.1.0-50-amd64", machine: "x86_64")),
        ("Linux iron 6.1", SystemName(host: "iron", release: "6.1", machine: "")),
        ("Linux iron", nil), ("", nil),
    ])
    func theOptionIsRead(content: String, name: SystemName?) {
        #expect(SystemName(option: content.utf8) == name)
    }

    @Test func theRunningKernelsGoesBothWays() {
        let name = SystemName.running
        #expect(name.system == "Linux" && !name.release.isEmpty && SystemName(option: name.option) == name)
    }
}
