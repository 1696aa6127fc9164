import Foundation
import TestSupport
import Testing

@testable import GraphParser

/// The text of `trace-cmd report`.
@Suite struct TraceCmdReportTests {
    /// The first lines are real ones of trace-cmd 3.1.6.
    static let cases = [
        LineCase(
            "    kworker/0:1H-43    [000]    48.670487: funcgraph_entry:                   |  dm_mq_queue_rq() {",
            "entry 48670487000 cpu0 'kworker/0:1H'-43 d0 'dm_mq_queue_rq'"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670557: funcgraph_entry:      + 17.653 us  |        scsi_mq_lld_busy();",
            "leaf 48670557000 cpu0 'kworker/0:1H'-43 d3 17653ns 'scsi_mq_lld_busy'"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670587: funcgraph_exit:       + 44.864 us  |      }",
            "exit 48670587000 cpu0 'kworker/0:1H'-43 d2 44864ns ''"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670587: funcgraph_exit:       + 44.864 us  |      } /* blk_lld_busy */",
            "exit 48670587000 cpu0 'kworker/0:1H'-43 d2 44864ns 'blk_lld_busy'"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670587: funcgraph_exit:       + 44.864 us  |      } (2)",
            "exit 48670587000 cpu0 'kworker/0:1H'-43 d2 44864ns ''"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670557: funcgraph_entry:      + 17.653 us  |        scsi_mq_lld_busy(); (3)",
            "leaf 48670557000 cpu0 'kworker/0:1H'-43 d3 17653ns 'scsi_mq_lld_busy'"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670557080: funcgraph_entry:      + 17.653 us  |  scsi_mq_lld_busy();",
            "leaf 48670557080 cpu0 'kworker/0:1H'-43 d0 17653ns 'scsi_mq_lld_busy'"),
        LineCase(
            "    kworker/0:1H-43    [000] 48670557080: funcgraph_entry:      + 17.653 us  |  scsi_mq_lld_busy();",
            "leaf cpu0 'kworker/0:1H'-43 d0 17653ns 'scsi_mq_lld_busy'"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670525: (+38)    funcgraph_entry:                   |    multipath_busy() {",
            "entry 48670525000 cpu0 'kworker/0:1H'-43 d1 'multipath_busy'"),
        LineCase(
            "kworker/-43      0...1.    48.670487: funcgraph_entry:                   |  dm_mq_queue_rq() {",
            "entry 48670487000 cpu0 'kworker/'-43 d0 'dm_mq_queue_rq'"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670487: funcgraph_entry:       func=dm_mq_queue_rq depth=0", "raw"),
        LineCase("    kworker/0:1H-43    [000]    48.670487: funcgraph_entry:      --> dm_mq_queue_rq (0)", "raw"),
        LineCase(
            "    kworker/0:1H-43    [000]    48.670577: funcgraph_exit:       <-- f (3) (start: b54c41cd6  end: b54c461cb) over: 3",
            "raw"),
        LineCase("CPU:1 [EVENTS DROPPED]", "loss cpu1 -"),
        LineCase("CPU:1 [12 EVENTS DROPPED]", "loss cpu1 12"),
        LineCase("  name: CPU:1 [12 EVENTS DROPPED]", "loss cpu1 12"),
        LineCase("CPU:1 [SUBBUFFER START]", "structure"),
        LineCase("CPU 0 is empty", "structure"),
        LineCase("cpus=2", "structure"),
        LineCase("version = 7", "structure"),
        // Newer forms: flags, return values, arguments, callers.
        LineCase(
            "            bash-1234  [001] d..1.    12.345678: funcgraph_entry:        0.123 us   |  f(); (ret=0x0)",
            "leaf 12345678000 cpu1 'bash'-1234 d0 123ns 'f'"),
        LineCase(
            "            bash-1234  [001] .....    12.345678: funcgraph_exit:         0.123 us   |  } (ret=-22)",
            "exit 12345678000 cpu1 'bash'-1234 d0 123ns ''"),
        LineCase(
            "            bash-1234  [001] .....    12.345678: funcgraph_exit:         0.123 us   |  } /* f (ret=-22) */",
            "exit 12345678000 cpu1 'bash'-1234 d0 123ns 'f'"),
        LineCase(
            "            bash-1234  [001] .....    12.345678: fgraph_retaddr_entry:                   |  f(a=0x1) { /* <-g */",
            "entry 12345678000 cpu1 'bash'-1234 d0 'f'"),
        LineCase(
            "          <idle>-0     [001]    12.345678: funcgraph_exit:       $ 12345678 us |  }",
            "exit 12345678000 cpu1 '<idle>'-0 d0 12345678000ns±999 ''"),
        LineCase(
            "            bash-1234  [001]    12.345678: funcgraph_exit:       # 1234567.891 us |  }",
            "exit 12345678000 cpu1 'bash'-1234 d0 1234567891ns ''"),
        // Names that read like something else.
        LineCase(
            "         a [0] b-1234  [001]    12.345678: funcgraph_entry:        0.123 us   |  f();",
            "leaf 12345678000 cpu1 'a [0] b'-1234 d0 123ns 'f'"),
        LineCase(
            "          a-1|b: -1234  [001]    12.345678: funcgraph_entry:        0.123 us   |  f();",
            "leaf 12345678000 cpu1 'a-1|b:'-1234 d0 123ns 'f'"),
        LineCase(
            "            bash-1234567 [001]    12.345678: funcgraph_entry:        0.123 us   |  f [m]();",
            "leaf 12345678000 cpu1 'bash'-1234567 d0 123ns 'f [m]'"),
        // Several files or ring buffers.
        LineCase(
            "guest.dat:             bash-1234  [001]    12.345678: funcgraph_entry:        0.123 us   |  f();",
            "leaf of guest.dat 12345678000 cpu1 'bash'-1234 d0 123ns 'f'"),
        LineCase(
            "                       bash-1234  [001]    12.345678: funcgraph_entry:        0.123 us   |  f();",
            "leaf 12345678000 cpu1 'bash'-1234 d0 123ns 'f'"),
        // Other events, as the kernel prints some of them, too.
        LineCase(
            "            bash-1234  [001]    12.345678: sched_switch:         bash:1234 [120] S ==> swapper/1:0 [120]",
            "comment 12345678000 cpu1 'bash'-1234 'sched_switch:         bash:1234 [120] S ==> swapper/1:0 [120]' beforeNextEvent"
        ),
        LineCase(
            "            bash-1234    (   1230) [001] d..1.    12.345678: mutex_lock <-f",
            "comment 12345678000 cpu1 'bash'-1234 'mutex_lock <-f' beforeNextEvent"),
        LineCase(
            "    bash-1234    1d..1.   12us+: mutex_lock <-f",
            "comment 12000 cpu1 'bash'-1234 'mutex_lock <-f' beforeNextEvent"),
        LineCase("    kworker/0:1H-43    [000]    48.670577: funcgraph_exit:    |  f();", "damaged"),
        LineCase("    kworker/0:1H-43    [000]    48.670577: funcgraph_entry:   |  }", "damaged"),
        LineCase("    kworker/0:1H-43    [000]    48.670577: funcgraph_entry:  ", "damaged"),
        LineCase("    kworker/0:1H-43    [99999]    48.670577: f:", "unparsed"),
    ]

    @Test(arguments: cases) func understands(_ lineCase: LineCase) { lineCase.check() }

    @Test func otherEventsMayHaveLinesOfTheirOwn() throws {
        let trace = try RecordedTrace(
            text: """
                cpus=2
                            dd-12    [000]    12.345678: funcgraph_entry:                   |  f() {
                            dd-12    [000]    12.345679: iscsi_dbg_session:    session1: text
                and more; }
                g();
                            dd-12    [000]    12.345680: funcgraph_exit:         2.000 us   |  }
                no more

                """)
        #expect(trace.outline() == [["f 2000 complete"]])
        #expect(trace.counts.comments == 3 && trace.counts.unparsedLines == 1)
    }

    /// Each ring buffer is a trace of its own.
    @Test func aTaskInTwoBuffersHasTwoStacks() throws {
        let trace = try RecordedTrace(
            text: """
                              dd-12    [000]    12.345678: funcgraph_entry:                   |  f() {
                one:              dd-12    [000]    12.345679: funcgraph_entry:                   |  f() {
                two:              dd-12    [000]    12.345679: funcgraph_entry:        1.000 us   |    g();
                one:              dd-12    [000]    12.345680: funcgraph_exit:         2.000 us   |  }
                              dd-12    [000]    12.345680: funcgraph_exit:         3.000 us   |  }

                """)
        #expect(trace.outline() == [["g 1000 complete"], ["f 2000 complete"], ["f 3000 complete"]])
        #expect(trace.trees.allSatisfy { $0.root.tid == 12 })
    }

    // MARK: Real reports

    private static let program = "/usr/bin/trace-cmd"
    private static let isInstalled = FileManager.default.isExecutableFile(atPath: program)

    @Test(
        .enabled(if: isInstalled, "trace-cmd is not installed"), arguments: ["6.1/io", "6.1/create-load"],
        ["", "-l", "-t", "-O fgraph:tailprint", "-O fgraph:depth", "--ts-diff", "--raw-ts", "--align-ts"])
    func aReportHasTheTreesOfItsFile(pair: String, options: String) throws {
        let file = Fixtures.path(pair + ".dat")
        let report = try RecordedTrace(bytes: Self.report(file, options))
        let dat = try RecordedTrace(path: file)
        #expect(report.counts.unparsedLines == 0 && report.counts.calls == dat.counts.calls)
        #expect(report.trees.map(\.root.tid) == dat.trees.map(\.root.tid))
        // It does not say the module.
        #expect(report.outline() == dat.outline().map { $0.map(withoutModule) })
    }

    @Test(.enabled(if: isInstalled, "trace-cmd is not installed"), arguments: ["-R", "-N"])
    func aReportWithoutDurationsIsRefused(options: String) throws {
        let text = try Self.report(Fixtures.path("6.1/io.dat"), options)
        #expect { try RecordedTrace(bytes: text) } throws: { ($0 as? TraceError)?.code == .unsupported }
    }

    @Test(.enabled(if: isInstalled, "trace-cmd is not installed"))
    func lossesInAReportAreThoseOfItsFile() throws {
        let file = Fixtures.path("6.1/io-lossy-record.dat")
        let report = try RecordedTrace(bytes: Self.report(file, ""))
        let dat = try RecordedTrace(path: file)
        #expect(report.counts.uncountedLosses + report.counts.lostEvents > 0)
        #expect(report.counts.entries + report.counts.leaves == dat.counts.entries)
        #expect(report.counts.exits + report.counts.leaves == dat.counts.exits)
    }

    private static func report(_ file: String, _ options: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["report", "-i", file] + options.split(separator: " ").map(String.init)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(text)
    }

    private func withoutModule(_ line: String) -> String { line.replacing(/\ \[[^\]]*\]/, with: "") }
}
