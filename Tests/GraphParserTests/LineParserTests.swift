import Testing

@testable import GraphParser

@Suite struct LineParserTests {
    /// Lines of the article, of kernels 4.19 and 6.1, and of the forms that function-graph documentation and sources give.
    static let cases = [
        LineCase(" 1)               |  dev_create [dm_mod]() {", "entry cpu1 d0 'dev_create [dm_mod]'"),
        LineCase(" 1)   0.035 us    |      __mutex_init();", "leaf cpu1 d2 35ns '__mutex_init'"),
        LineCase("  1)               |        device_initialize() {", "entry cpu1 d3 'device_initialize'"),
        LineCase("0)               |              blk_start_request() {", "entry cpu0 d6 'blk_start_request'"),
        LineCase(" 1)               |      add_disk() { ---------- This will send", "entry cpu1 d2 'add_disk'"),
        LineCase(" 0) ! 3115.589 us |  } /* table_load [dm_mod] */", "exit cpu0 d0 3115589ns 'table_load [dm_mod]'"),
        LineCase(" 0) + 17.547 us   |      }", "exit cpu0 d2 17547ns ''"),
        LineCase(" 0) * 20860.92 us |  }", "exit cpu0 d0 20860920ns±9 ''"),
        LineCase(" 0) @ 123456.7 us |  }", "exit cpu0 d0 123456700ns±99 ''"),
        LineCase(" 0) $ 3000000 us  |  }", "exit cpu0 d0 3000000000ns±999 ''"),
        LineCase(" 0) $ 123456789 us |  }", "exit cpu0 d0 123456789000ns±999 ''"),
        LineCase(
            "   21.013561 |   1)    dd-1213     |               |  dm_old_request_fn [dm_mod]() {",
            "entry 21013561000 cpu1 'dd'-1213 d0 'dm_old_request_fn [dm_mod]'"),
        LineCase(
            "  123.456789 |   0)   bash-1234    |  d..1. | + 12.345 us   |    foo [dm_mod]();",
            "leaf 123456789000 cpu0 'bash'-1234 d1 12345ns 'foo [dm_mod]'"),
        LineCase("  0)  a|b c-7     |   1.000 us    |  f();", "leaf cpu0 'a|b c'-7 d0 1000ns 'f'"),
        LineCase(" 0)    <idle>-0    |   1.000 us    |  f();", "leaf cpu0 '<idle>'-0 d0 1000ns 'f'"),
        LineCase(" 0)   multipath_map.isra.0 [dm_multipath]();", "leaf cpu0 d1 'multipath_map.isra.0 [dm_multipath]'"),
        LineCase("  foo() {", "entry d1 'foo'"),
        LineCase(" 0)   1.000 us    |  foo(a=0x1, p=(T)[0x1:0x2], e=1 [E]);", "leaf cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)               |  foo() { /* <-caller+0x1a/0x60 [mod] */", "entry cpu0 d0 'foo'"),
        LineCase(" 0)   1.000 us    |  foo(); /* ret=0x0 */", "leaf cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)   1.000 us    |  } /* foo ret=-22 */", "exit cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)   1.000 us    |  } /* foo = -22 */", "exit cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)   1.000 us    |  } /* ret=0x0 */", "exit cpu0 d0 1000ns ''"),
        LineCase(" 0)   1.000 us    |  (null)();", "leaf cpu0 d0 1000ns '(null)'"),
        LineCase(" 0)   1.000 us    |  0xffffffffc0001234();", "leaf cpu0 d0 1000ns '0xffffffffc0001234'"),
        LineCase(" 0)   1.000 us    |  foo();\r", "leaf cpu0 d0 1000ns 'foo'"),
        LineCase(" 0)               |    /* trace_marker text */", "comment cpu0 'trace_marker text' closed"),
        LineCase(
            " 0)               |  /* iscsi_dbg_session: session1: text",
            "comment cpu0 'iscsi_dbg_session: session1: text' open"),
        LineCase(" 0)   bash-1234    =>   kworker-77  ", "switch cpu0 'bash'-1234 'kworker'-77"),
        LineCase(" 1)   a=>b-1    =>    <idle>-0   ", "switch cpu1 'a=>b'-1 '<idle>'-0"),
        LineCase("CPU:3 [LOST 12 EVENTS]", "loss cpu3 12"),
        LineCase("CPU:3 [LOST EVENTS]", "loss cpu3 -"),
        LineCase(" ------------------------------------------", "structure"),
        LineCase(" 0)   ==========> |", "structure"),
        LineCase(" 0)   <========== |", "structure"),
        LineCase("", "structure"),
        LineCase("   ", "structure"),
        LineCase("# CPU  DURATION                  FUNCTION CALLS", "header other"),
        LineCase("# tracer: function_graph", "tracer function_graph"),
        LineCase("##### CPU 1 buffer started ####", "structure"),
        LineCase(" (Overruns: 3)", "overruns 3"),
        LineCase("[LINE TOO BIG]", "structure"),
        LineCase("dmesg says hello (world);", "unparsed"),
        LineCase(" 99999999) 1 us |  f();", "damaged"),
        LineCase(" 0)   1.000 us    |  f(", "damaged"),
        LineCase(" 0)   1.000 us    |", "damaged"),
        LineCase(" 0) 99999999999999999999 us |  f();", "damaged"),
    ]

    /// Each column on and off, as print_graph_prologue puts them together.
    static let columns = [
        LineCase("   12.345678 |  f() {", "entry 12345678000 d0 'f'"),
        LineCase("   12.345678 |    1.000 us    |    f();", "leaf 12345678000 d1 1000ns 'f'"),
        LineCase("   12.345678 |   3) f() {", "entry 12345678000 cpu3 d0 'f'"),
        LineCase("   12.345678 |     bash-1234    | f() {", "entry 12345678000 'bash'-1234 d0 'f'"),
        LineCase("   12.345678 |   3)    bash-1234    | f() {", "entry 12345678000 cpu3 'bash'-1234 d0 'f'"),
        LineCase("       12 us |   0)   1.000 us    |  f();", "leaf 12000 cpu0 d0 1000ns 'f'"),
        LineCase(" 12345678 us |   0)               |  f() {", "entry 12345678000 cpu0 d0 'f'"),
        LineCase("       12 us |   1.000 us    |  f();", "leaf 12000 d0 1000ns 'f'"),
        LineCase("  12345678 us |  f();", "leaf d0 12345678000ns±999 'f'"),
        LineCase(" 12)   f();", "leaf cpu12 d1 'f'"),
        LineCase("   bash-1234    |   f();", "leaf 'bash'-1234 d1 'f'"),
        LineCase("   1.000 us    |    f();", "leaf d1 1000ns 'f'"),
        LineCase("# 1000.001 us |  f();", "leaf d0 1000001ns 'f'"),
        LineCase("# 1000.001 us |  } /* f */", "exit d0 1000001ns 'f'"),
        LineCase("f();", "leaf d0 'f'"),
        LineCase("    } /* f [m] */", "exit d2 'f [m]'"),
        LineCase("/* event: a */", "comment 'event: a' closed"),
        LineCase("  ==========> |", "structure"),
        LineCase("==========>", "structure"),
        LineCase("   12.345678 |   0)    <idle>-0    |   <========== |", "structure"),
        LineCase(" 0)  d.h1  ==========> |", "structure"),
        LineCase(" 0)  d.h1. |   ==========> |", "structure"),
        LineCase(" 0)|f();", "leaf cpu0 d0 'f'"),
    ]

    /// Before 5.0 no bar stands behind the flags; 5.15 has one more for migration, realtime kernels have two or three.
    static let flags = [
        LineCase(" 0)  d..1. |   1.000 us    |  f();", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(" 0)  dNh1. | ! 123.456 us  |    f();", "leaf cpu0 d1 123456ns 'f'"),
        LineCase(" 0)  Dps2b |               |  f() {", "entry cpu0 d0 'f'"),
        LineCase(" 0)  dLH1. |               |  f() {", "entry cpu0 d0 'f'"),
        LineCase(" 0)  XlZ.. |   f();", "leaf cpu0 d1 'f'"),
        LineCase(" 0)  b..1 | f();", "leaf cpu0 d0 'f'"),
        LineCase(" 0)  d..1.11 |   1.000 us    |  f();", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(" 0)  dN.h1..1 |   1.000 us    |  f();", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(" 0)   bash-1234    |  ...1. |   1.000 us    |  f();", "leaf cpu0 'bash'-1234 d0 1000ns 'f'"),
        LineCase(" 0)  d..1  1.000 us    |  f();", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(" 0)  dNh1+ 12.345 us   |    f();", "leaf cpu0 d1 12345ns 'f'"),
        LineCase(" 0)  d.s1e! 123.456 us  |    }", "exit cpu0 d1 123456ns ''"),
        LineCase(" 0)  ....              |  f() {", "entry cpu0 d0 'f'"),
        LineCase(" 0)  ...1              |    /* a */", "comment cpu0 'a' closed"),
        LineCase(" 0)  d..1f();", "leaf cpu0 d0 'f'"),
        LineCase(" 0)  dNh1    f() {", "entry cpu0 d2 'f'"),
        LineCase(" 0)  ....}", "exit cpu0 d0 ''"),
        LineCase(" 0)    add();", "leaf cpu0 d1 'add'"),
    ]

    /// Marks and digits of each era.
    static let durations = [
        LineCase(" 0)   0.007 us    |  f();", "leaf cpu0 d0 7ns 'f'"),
        LineCase(" 0) ! 123.456 us  |  f();", "leaf cpu0 d0 123456ns 'f'"),
        LineCase(" 0) # 1000.001 us |  f();", "leaf cpu0 d0 1000001ns 'f'"),
        LineCase(" 0) # 20860.92 us |  f();", "leaf cpu0 d0 20860920ns±9 'f'"),
        LineCase(" 0) ! 123456.7 us |  f();", "leaf cpu0 d0 123456700ns±99 'f'"),
        LineCase(" 0) $ 3000000 us |  f();", "leaf cpu0 d0 3000000000ns±999 'f'"),
        LineCase(" 0)   3000000 us  |  f();", "leaf cpu0 d0 3000000000ns±999 'f'"),
        // Numbers that lost their beginning.
        LineCase("5 us    |  f();", "leaf 5000 d0 'f'"),
        LineCase(" 0) 345 us   |  f();", "damaged"),
        LineCase("us    |  f();", "unparsed"),
    ]

    /// Real names, values and arguments; the first lines are from the kernel's own documentation.
    static let bodies = [
        LineCase(
            " 1)   0.651 us    |    cgroup_migrate_add_task(); /* = 0xffff93fcfd346c00 */",
            "leaf cpu1 d1 651ns 'cgroup_migrate_add_task'"),
        LineCase(
            " 1)   1.232 us    |          } /* cgroup_taskset_first = 0xffff93fc8fb20000 */",
            "exit cpu1 d4 1232ns 'cgroup_taskset_first'"),
        LineCase(
            " 1)   2.335 us    |        } /* cpu_cgroup_can_attach = -22 */",
            "exit cpu1 d3 2335ns 'cpu_cgroup_can_attach'"),
        LineCase(" 1)   2.335 us    |  } /* f [m] ret=-22 */", "exit cpu1 d0 2335ns 'f [m]'"),
        LineCase(" 1)   2.335 us    |  } /* = 0x0 */", "exit cpu1 d0 2335ns ''"),
        LineCase(" 0)   1.000 us    |  f [m](); /* <-g+0x1a/0x60 [m] ret=0x0 */", "leaf cpu0 d0 1000ns 'f [m]'"),
        LineCase(" 0)               |  f [m](a=0x1, b=-2) { /* <-g+0x1a/0x60 [m] */", "entry cpu0 d0 'f [m]'"),
        LineCase(" 0)   1.000 us    |  f(e=1 [REQ_OP_READ], ?0x12, ...);", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(" 0)               |  f(s=\"a); b();\", n=1) {", "entry cpu0 d0 'f'"),
        LineCase(" 0)               |  f(s=\"no end, n=1) {", "entry cpu0 d0 'f'"),
        LineCase(" 0)   1.000 us    |  f(g=0x1(0x2));", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(" 0)   1.000 us    |  f(g=0x1(0x2);", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(" 0)   1.000 us    |  f.isra.0.cold [m]();", "leaf cpu0 d0 1000ns 'f.isra.0.cold [m]'"),
        LineCase(" 0)   1.000 us    |  f.constprop.12();", "leaf cpu0 d0 1000ns 'f.constprop.12'"),
        LineCase(" 0)   1.000 us    |  f.part.3() {", "entry cpu0 d0 1000ns 'f.part.3'"),
        LineCase(
            " 0)   1.000 us    |  bpf_prog_6deef7357e7b4530_f [bpf]();",
            "leaf cpu0 d0 1000ns 'bpf_prog_6deef7357e7b4530_f [bpf]'"),
        LineCase(" 0)               |  (null)() {", "entry cpu0 d0 '(null)'"),
        LineCase(" 0)   1.000 us    |  } /* (null) */", "exit cpu0 d0 1000ns '(null)'"),
        LineCase(" 0)   1.000 us    |  } /* 0xffffffffc0001234 */", "exit cpu0 d0 1000ns '0xffffffffc0001234'"),
        LineCase(" 0)   1.000 us    |  } /* a remark of somebody */", "exit cpu0 d0 1000ns ''"),
        LineCase(" 0)   1.000 us    |  } /* name_that_was_cu", "damaged"),
        LineCase(" 0)   1.000 us    |  f()", "damaged"),
        LineCase(" 0)   1.000 us    |  a word [too]();", "damaged"),
        LineCase(" 0)   1.000 us    |\tf();", "damaged"),
        LineCase(" 0)               |  /* a: b } c; d() { */", "comment cpu0 'a: b } c; d() {' closed"),
        LineCase(" 0)               |  /* a */ b */", "comment cpu0 'a */ b' closed"),
        LineCase(" 0)               |  /*/", "comment cpu0 '/' open"),
        LineCase(" 0)               |  /* a[LINE TOO BIG]", "comment cpu0 'a' closed"),
        LineCase(" 0)   1.000 us    |  f();[LINE TOO BIG]", "leaf cpu0 d0 1000ns 'f'"),
        LineCase(
            "   12.345678 |   1)  multipa-1083  |               |  /* dm_task_run: (0x7fca10cdfdc8) */",
            "comment 12345678000 cpu1 'multipa'-1083 'dm_task_run: (0x7fca10cdfdc8)' closed"),
    ]

    /// A comm may have anything in it; the kernel cuts it to 7 bytes.
    static let tasks = [
        LineCase(" 0)  kworker-1234567 |   1.000 us    |  f();", "leaf cpu0 'kworker'-1234567 d0 1000ns 'f'"),
        LineCase(" 0)    <...>-77     |   1.000 us    |  f();", "leaf cpu0 '<...>'-77 d0 1000ns 'f'"),
        LineCase(" 0)    a-1 | b-77   |   1.000 us    |  f();", "leaf cpu0 'a-1 | b'-77 d0 1000ns 'f'"),
        LineCase(" 0)    |a|b-77      |   1.000 us    |  f();", "leaf cpu0 '|a|b'-77 d0 1000ns 'f'"),
        LineCase(" 0)    (sd-pam-9    |   1.000 us    |  f();", "leaf cpu0 '(sd-pam'-9 d0 1000ns 'f'"),
        LineCase(" 0)    1) x =>-9    |   1.000 us    |  f();", "leaf cpu0 '1) x =>'-9 d0 1000ns 'f'"),
        LineCase(" 0)    \u{1}\u{7f}-9    |   1.000 us    |  f();", "leaf cpu0 '\u{1}\u{7f}'-9 d0 1000ns 'f'"),
        LineCase(" 0)      -9         |   1.000 us    |  f();", "leaf cpu0 ''-9 d0 1000ns 'f'"),
        LineCase(" 0)               |  /* x-12 | y */", "comment cpu0 'x-12 | y' closed"),
        LineCase(" 0)   f(); /* x-12 | y */", "leaf cpu0 d1 'f'"),
        LineCase(" 0)  kworker-1234567 => kworker-7654321 ", "switch cpu0 'kworker'-1234567 'kworker'-7654321"),
        LineCase(" 0)   a-1 => -2    =>     c|d-3   ", "switch cpu0 'a-1 => '-2 'c|d'-3"),
        LineCase(" 12)    <...>-77     =>    <idle>-0   ", "switch cpu12 '<...>'-77 '<idle>'-0"),
        LineCase(
            " 0)               |  /* next_comm=foo-1 ==> prev_comm=bar-2",
            "comment cpu0 'next_comm=foo-1 ==> prev_comm=bar-2' open"),
    ]

    static let structure = [
        LineCase("# WARNING: FUNCTION TRACING IS CORRUPTED", "header corrupted"),
        LineCase("#          MAY BE MISSING FUNCTION EVENTS", "header other"),
        LineCase("# function_graph latency trace v1.1.5 on 6.1.0-50-amd64", "release 6.1.0-50-amd64"),
        LineCase("# latency: 0 us, #4/4, CPU#2 | (M:preempt VP:0, KP:0, SP:0 HP:0 #P:4)", "entries 4 of 4"),
        LineCase("#    | task: -0 (uid:0 nice:0 policy:0 rt_prio:0)", "header other"),
        LineCase("preemptirqsoff latency trace v1.1.5 on 2.6.26-rc8", "release 2.6.26-rc8"),
        LineCase(" latency: 293 us, #3/3, CPU#0 | (M:preempt VP:0, KP:0, SP:0 HP:0 #P:2)", "entries 3 of 3"),
        LineCase("    -----------------", "structure"),
        LineCase("    | task: ls-4339 (uid:0 nice:0 policy:0 rt_prio:0)", "header other"),
        LineCase(" => started at: apic_timer_interrupt", "structure"),
        LineCase("#                  _-----=> irqs-off        ", "header other"),
        LineCase(" => do_syscall_64+0x5b/0xc0", "structure"),
        LineCase(" => 0xffffffff81000000 <ffffffff81000000>", "structure"),
        LineCase("            bash-1234    [001] ...1.    12.345678: <stack trace>", "structure"),
        LineCase("            bash-1234    [001] ...1.    12.345678: <user stack trace>", "structure"),
        LineCase("    bash-1234    1...1.   12us : <stack trace>", "structure"),
        LineCase("Dumping ftrace buffer:", "structure"),
        LineCase("---------------------------------", "structure"),
        LineCase("   (ftrace buffer empty)", "structure"),
        LineCase("CPU:3 [LOST 999999999999999999 EVENTS]", "loss cpu3 999999999999999999"),
        LineCase("CPU:99999 [LOST 1 EVENTS]", "unparsed"),
        LineCase("some words of somebody", "unparsed"),
        LineCase("x = a - b; y(1)", "unparsed"),
    ]

    static let groups = [cases, columns, flags, durations, bodies, tasks, structure]

    @Test(arguments: groups.flatMap(\.self)) func understands(_ lineCase: LineCase) { lineCase.check() }

    /// A header may stand anywhere; what else begins with a hash is one before the first call only.
    @Test(arguments: [("# tracer: nop", "tracer nop", "tracer nop"), ("# a heading", "structure", "unparsed")])
    func aHashInsideTheBodyMayBeAHeader(line: String, before: String, inside: String) {
        let bytes = Array(line.utf8)
        #expect(LineParser.parse(bytes.span, inBody: false).description(in: bytes) == before)
        #expect(LineParser.parse(bytes.span, inBody: true).description(in: bytes) == inside)
    }

    @Test func everyCutOfEveryLineIsSafe() {
        for lineCase in Self.groups.flatMap(\.self) {
            let bytes = Array(lineCase.line.utf8)
            for end in 0...bytes.count {
                _ = LineParser.parse(bytes.span.extracting(0..<end), inBody: false)
                _ = LineParser.parse(bytes.span.extracting(end..<bytes.count), inBody: true)
            }
        }
    }
}
