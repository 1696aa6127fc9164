import Glibc
import TestSupport
import Testing

@testable import TraceCapture

/// What a flow records besides the graph: a line of data each, armed, written to the file and taken back whatever happens.
@Suite struct RecordedKindsTests {
    private let directory = TemporaryDirectory()
    private let journals = TemporaryDirectory()
    private let kernel: FakeKernel

    init() {
        kernel = FakeKernel(directory: directory.path)
        kernel.pages = [0: SyntheticPage.oneTree(at: 1_000_000), 1: []]
        kernel.addEvent("block/block_rq_issue", format: "name: block_rq_issue\nID: 70\n")
        kernel.addEvent("block/block_rq_complete", format: "name: block_rq_complete\nID: 71\n")
        directory.write("kallsyms", SyntheticPage.symbols)
    }

    /// Every kind that needs no process, beside the graph and without it.
    private static let roots = #""roots": [ { "function": "dm_mq_queue_rq", "module": "dm_mod" } ], "#
    private static let others = """
        "tracepoints": [ { "event": "block:block_rq_issue", "filter": "nr_sector > 8" } ],
        "probes": [ { "name": "queued", "function": "scsi_queue_rq", "module": "scsi_mod",
                      "fields": [ { "name": "clone", "from": "arg2", "offsets": [0], "type": "x64" } ] },
                    { "name": "queued_end", "function": "scsi_queue_rq", "at": "return",
                      "fields": [ { "name": "status", "from": "return", "type": "u8" } ] } ]
        """

    private func catalogue(_ flow: String) throws(CaptureError) -> FlowCatalogue {
        let file = #"{ "schema": "dmflow.flows/1", "flows": [ { "name": "mine", "summary": "", \#(flow) } ] }"#
        return try FlowCatalogue(json: Array(file.utf8), path: "my.json")
    }

    private func session(
        _ flow: String, minor: Int, force: Bool = false, on kernel: FakeKernel? = nil,
        report: @escaping (String) -> Void = { _ in }
    ) throws(CaptureError) -> CaptureSession {
        var options = CaptureOptions(flows: ["mine"], output: "\(directory.path)/out.dat")
        options.limits.duration = 1_000_000
        options.force = force
        var session = CaptureSession(
            options, catalogue: try catalogue(flow), files: kernel ?? self.kernel, report: report)
        session.journals = "\(journals.path)/dmflow"
        session.symbolFile = "\(directory.path)/kallsyms"
        session.obstacles = { _ in [] }
        session.resolver = { _, _ in KnownFields() }
        session.release = KernelRelease(major: 6, minor: minor)
        return session
    }

    /// What tracefs showed when recording ended.
    private func whileRecording(_ run: () throws(CaptureError) -> CaptureSummary) throws(CaptureError) -> (
        summary: CaptureSummary, files: [String: String]
    ) {
        var shown: [String: String] = [:]
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            if file.hasSuffix("tracing_on") && value.trimmed == "1" { shown = kernel.snapshot }
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        return (try run(), shown)
    }

    /// Whether the graph is recorded, and whether in an instance.
    struct Place: Sendable {
        let graph: Bool
        let minor: Int
        let instance: Bool
        var fprobes = false
    }

    static let places = [
        Place(graph: true, minor: 1, instance: false), Place(graph: true, minor: 12, instance: true),
        Place(graph: false, minor: 1, instance: true), Place(graph: false, minor: 1, instance: false),
        Place(graph: true, minor: 12, instance: true, fprobes: true),
        Place(graph: false, minor: 12, instance: false, fprobes: true),
    ]

    /// The lines that define the probes, by the list that they go to.
    private static func definitions(_ place: Place) -> [String] {
        place.fprobes
            ? [
                "dynamic_events+=f:dmflow/queued scsi_queue_rq clone=+0($arg2):x64",
                "dynamic_events+=f:dmflow/queued_end scsi_queue_rq%return status=$retval:u8",
            ]
            : [
                "kprobe_events+=p:dmflow/queued scsi_mod:scsi_queue_rq clone=+0(%si):x64",
                "kprobe_events+=r:dmflow/queued_end scsi_mod:scsi_queue_rq status=$retval:u8",
            ]
    }

    @Test(arguments: places) func allIsArmedInItsPlaceAndTakenBack(place: Place) throws {
        let (graph, minor, instance) = (place.graph, place.minor, place.instance)
        kernel.hasInstances = instance
        if place.fprobes { kernel.addFprobes() }
        kernel.makeOdd()
        kernel.values["events/block/block_rq_issue/filter"] = "dev == 8\n"
        let before = kernel.snapshot
        let flow = (graph ? Self.roots : "") + Self.others
        let (summary, shown) = try whileRecording { () throws(CaptureError) in try session(flow, minor: minor).run() }
        let prefix =
            instance ? String(try #require(shown.keys.first { $0.hasPrefix("instances/") }?.prefixOfInstance)) : ""
        for event in ["block/block_rq_issue", "dmflow/queued", "dmflow/queued_end"] {
            #expect(shown["\(prefix)events/\(event)/enable"] == "1\n", "\(event)")
            #expect(!instance || shown["events/\(event)/enable"] == "0\n", "\(event)")
        }
        #expect(shown["\(prefix)events/block/block_rq_issue/filter"] == "nr_sector > 8\n")
        #expect(shown["\(prefix)current_tracer"]?.trimmed == (graph ? "function_graph" : "nop"))
        #expect(
            kernel.log.filter { $0.contains("_events+=") && !$0.contains("-:") } == Self.definitions(place))
        #expect(kernel.snapshot == before)
        #expect(summary.besides == ["1 tracepoint", "2 kernel probes"])
        #expect(summary.refused == 0 && (summary.functions > 0) == graph)
    }

    /// As after SIGKILL: the journal is all that is left. Each change once the last that was made.
    @Test(arguments: places) func aKilledCaptureIsUndoneByItsJournal(place: Place) throws {
        let (graph, minor, instance) = (place.graph, place.minor, place.instance)
        var (killed, isWhole) = (0, false)
        while !isWhole {
            let kernel = FakeKernel(directory: directory.path)
            kernel.hasInstances = instance
            kernel.pages = self.kernel.pages
            if place.fprobes { kernel.addFprobes() }
            kernel.addEvent("block/block_rq_issue")
            kernel.makeOdd()
            kernel.values["events/block/block_rq_issue/filter"] = "dev == 8\n"
            let before = kernel.snapshot
            var count = 0
            // From the change on, nothing that the process does has an effect: it is dead.
            kernel.onWrite = { file, value throws(CaptureError) in
                count += 1
                if count > killed { throw CaptureError(.writeFailed(value: value), path: file, errno: EIO) }
            }
            let flow = (graph ? Self.roots : "") + Self.others
            _ = try? session(flow, minor: minor, on: kernel).run()
            isWhole = count <= killed
            unlink("\(directory.path)/out.dat")
            kernel.onWrite = { _, _ throws(CaptureError) in }
            _ = try Restoration(journals: "\(journals.path)/dmflow") { _ throws(CaptureError) in kernel }.run()
            #expect(kernel.snapshot == before && journals.names == [], "change \(killed)")
            killed += 1
        }
        #expect(killed > 8)
    }

    /// With --force: an event that somebody else has on is on again afterwards, with their filter, also if it is recorded itself.
    @Test func anotherSessionsEventIsOnAgainAfterForce() throws {
        try kernel.write("events/block/block_rq_issue/filter", "dev == 8")
        try kernel.write("events/block/block_rq_issue/enable", "1")
        try kernel.write("events/block/block_rq_complete/enable", "1")
        kernel.values["events/enable"] = "X\n"
        kernel.values["tracing_on"] = "0\n"
        let before = kernel.snapshot
        #expect(before["set_event"] == "block:block_rq_complete\nblock:block_rq_issue\n")
        let (_, shown) = try whileRecording { () throws(CaptureError) in
            try session(Self.roots + Self.others, minor: 1, force: true).run()
        }
        #expect(shown["events/block/block_rq_complete/enable"] == "0\n")
        #expect(shown["events/block/block_rq_issue/filter"] == "nr_sector > 8\n")
        // A group's own switch is not what a capture saves, and follows its events on a real kernel.
        let group = ["events/block/enable", "events/enable"]
        #expect(kernel.snapshot.filter { !group.contains($0.key) } == before.filter { !group.contains($0.key) })
    }

    @Test func theFormatsOfWhatIsRecordedAreInTheFile() throws {
        _ = try session(Self.others, minor: 1).run()
        let file = try #require(directory.read("out.dat"))
        func has(_ text: String) -> Bool { file.split(separator: 0).contains { $0.contains(Array(text.utf8)) } }
        #expect(has("name: block_rq_issue") && has("name: queued_end") && !has("name: block_rq_complete"))
        #expect(has("block") && has("dmflow"))
    }

    /// For who follows their pointers; nothing without probes, or where the kernel does not tell.
    @Test(arguments: [(true, 272), (true, nil), (false, 272)] as [(Bool, Int?)])
    func theSizeOfARequestIsInTheFileWithProbes(hasProbes: Bool, size: Int?) throws {
        let events = #""tracepoints": [ { "event": "block:block_rq_issue" } ]"#
        var session = try session(hasProbes ? Self.others : events, minor: 1)
        session.resolver = { _, _ in KnownFields(sizes: size.map { ["request": $0] } ?? [:]) }
        _ = try session.run()
        let file = try #require(directory.read("out.dat"))
        let line = Array("request size: 272 bytes\n".utf8)
        #expect(file.split(separator: 0).contains { $0.contains(line) } == (hasProbes && size != nil))
    }

    /// A kernel probe that is hit within another's handler sees nothing; the kernel counts that.
    @Test func callsThatProbesMissedAreCounted() throws {
        kernel.values["kprobe_profile"] = "  queued  100  4\n"
        kernel.onWrite = { [kernel] file, value throws(CaptureError) in
            guard file == "tracing_on" && value == "0" else { return }
            kernel.values["kprobe_profile"] = "  queued  130  7\n  queued_end  20  0\n  theirs  9  9\n"
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        kernel.values["tracing_on"] = "0\n"
        let missed = try session(Self.others, minor: 1).run().missed
        #expect(missed.map(\.event) == ["queued"] && missed.map(\.count) == [3])
    }

    // MARK: Forms of probes

    private func refusing(_ isRefused: @escaping (_ file: String, _ value: String) -> Bool) {
        kernel.onWrite = { file, value throws(CaptureError) in
            if isRefused(file, value) { throw CaptureError(.writeFailed(value: value), path: file, errno: EINVAL) }
        }
    }

    /// An fprobe that is refused, at once or when it is to record, becomes a kprobe; what others have set stays.
    @Test(arguments: [true, false]) func anFprobeThatIsRefusedIsAKprobe(atOnce: Bool) throws {
        kernel.addFprobes()
        kernel.values["dynamic_events"] = "f:theirs/queued schedule\n"
        kernel.values["kprobe_events"] = "p:kprobes/queued schedule\n"
        let before = kernel.snapshot
        var isFprobe = false
        refusing { file, value in
            if value.hasPrefix("f:dmflow/queued_end") || value.hasPrefix("r:dmflow/queued_end") {
                isFprobe = value.hasPrefix("f")
                return atOnce && isFprobe
            }
            return !atOnce && isFprobe && file.hasSuffix("queued_end/enable") && value == "1"
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        let summary = try session(Self.others, minor: 12).run()
        let set = kernel.log.filter { $0.contains("_events+=") && !$0.contains("-:") }
        #expect(set.contains("dynamic_events+=f:dmflow/queued scsi_queue_rq clone=+0($arg2):x64"))
        #expect(set.last == "kprobe_events+=r:dmflow/queued_end scsi_mod:scsi_queue_rq status=$retval:u8")
        #expect(summary.refused == 0 && summary.besides == ["1 tracepoint", "2 kernel probes"])
        #expect(kernel.snapshot == before)
    }

    /// An fprobe is at all functions of a name, and an event with several places is of one form.
    @Test func aNameOfSeveralFunctionsGetsKprobes() throws {
        kernel.addFprobes()
        let flow =
            #""probes": [ { "name": "a", "function": "trigger_event", "module": "dm_multipath" }, { "name": "b", "function": "kfree" } ]"#
        _ = try session(flow, minor: 12).run()
        #expect(
            kernel.log.filter { $0.contains("_events+=") && !$0.contains("-:") } == [
                "dynamic_events+=f:dmflow/b kfree", "kprobe_events+=p:dmflow/a dm_multipath:trigger_event",
            ])
    }

    @Test func fprobesOfAnotherCaptureAreNotTouched() throws {
        kernel.addFprobes()
        kernel.values["dynamic_events"] = "f:dmflow/x kfree\n"
        let before = kernel.snapshot
        #expect(throws: CaptureError(.probesExist(group: "dmflow"), path: kernel.path("dynamic_events"))) {
            try session(Self.others, minor: 12).run()
        }
        #expect(kernel.snapshot == before)
    }

    // MARK: Devices

    private func devices(_ lines: String) -> TracedKernel {
        directory.write("devices", "Character devices:\n253 device-mapper\n\nBlock devices:\n  8 sd\n\(lines)")
        return TracedKernel(kernel, resolver: KnownFields(), proc: directory.path)
    }

    @Test(
        arguments: [
            ("254 device-mapper\n", nil, "dev >= 266338304 && dev < 267386880"),
            ("254 device-mapper\n", "nr_sector > 0", "(dev >= 266338304 && dev < 267386880) && (nr_sector > 0)"),
            (
                "252 device-mapper\n254 device-mapper\n", nil,
                "(dev >= 264241152 && dev < 265289728) || (dev >= 266338304 && dev < 267386880)"
            ),
            ("", nil, nil), ("99999 device-mapper\n", nil, nil), ("x device-mapper\n", nil, nil),
        ] as [(String, String?, String?)]) func anEventOfADriversDevicesHasThemInItsFilter(
            lines: String, filter: String?, expected: String?
        ) throws
    {
        let more = filter.map { #", "filter": "\#($0)""# } ?? ""
        let flow = try catalogue(
            #""tracepoints": [ { "event": "block:block_rq_issue", "devices": "device-mapper"\#(more) } ]"#
        ).flow(named: "mine")
        let traced = devices(lines)
        let found = try #require(Tracepoints(flow, on: traced))
        #expect(found.events.map(\.filter) == (expected == nil ? [] : [expected]))
        let reason = "/proc/devices has no block devices of device-mapper"
        #expect(found.unrecorded(on: traced).map(\.reason) == (expected == nil ? [reason] : []))
        #expect(found.unrecorded(on: traced).map(\.cause.isLoss) == (expected == nil ? [true] : []))
    }

    // MARK: What is not there

    @Test func whatTheKernelDoesNotHaveOrTakeIsSaid() throws {
        var lines: [String] = []
        kernel.onWrite = { file, value throws(CaptureError) in
            if value.contains("queued_end") {
                throw CaptureError(.writeFailed(value: value), path: file, errno: EINVAL)
            }
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        let flow = """
            "tracepoints": [ { "event": "block:block_rq_issue", "filter": "nonsense" }, { "event": "block:gone" } ],
            "probes": [ { "name": "queued", "function": "scsi_queue_rq" , "fields": [
                            { "name": "host", "from": "arg1", "path": "request.q->disk" }, { "name": "rq", "path": "bd->rq" }, { "name": "nine", "from": "arg9" } ] },
                        { "name": "queued_end", "function": "scsi_queue_rq", "at": "return" },
                        { "name": "done", "function": "scsi_done", "instead": ["scsi_mq_done", "table_load"] },
                        { "name": "away", "function": "no_such_function" } ]
            """
        let summary = try session(flow, minor: 1, report: { lines.append($0) }).run()
        let said = """
            mine: recording the events block:block_rq_issue; not on this kernel: the events block:gone
            mine: probing queued at scsi_queue_rq [scsi_mod], queued_end at scsi_queue_rq [scsi_mod], \
            done at table_load [dm_mod]; \
            not queued.host: request.q->disk: this kernel hands out no type information (CONFIG_DEBUG_INFO_BTF); \
            not queued.rq: bd->rq: this kernel hands out no type information (CONFIG_DEBUG_INFO_BTF); \
            not queued.nine: this kernel does not say where the argument is; \
            table_load instead of scsi_done, which cannot be probed here; not on this kernel: no_such_function
            """
        #expect(lines.prefix(2).joined(separator: "\n") == said)
        #expect(
            lines.contains { $0.hasPrefix("warning: block:block_rq_issue is not recorded: cannot write 'nonsense'") })
        #expect(
            lines.contains { $0.hasPrefix("warning: queued_end is not recorded: ") && $0.contains("Invalid argument") })
        #expect(summary.besides == ["2 kernel probes"] && summary.refused == 2)
    }

    @Test func aFlowOfWhichTheKernelHasNothingIsAnError() {
        let flow = #""tracepoints": [ { "event": "a:b" } ], "probes": [ { "name": "c", "function": "d" } ]"#
        #expect(throws: CaptureError(.flowNotOnKernel("mine", roots: ["a:b", "d"]))) {
            try session(flow, minor: 1).run()
        }
        #expect(kernel.log == [])
    }

    /// Nobody is disturbed by events in an instance, not even who has function_graph.
    @Test func withoutTheGraphOthersMayTraceOnAnyKernel() throws {
        kernel.hasInstances = true
        kernel.values["current_tracer"] = "function_graph\n"
        let before = kernel.snapshot
        #expect(throws: CaptureError.self) { try session(Self.roots + Self.others, minor: 1).run() }
        _ = try session(Self.others, minor: 1).run()
        #expect(kernel.snapshot == before)
        #expect(!kernel.log.contains { $0.hasPrefix("set_graph_function") || $0.hasPrefix("max_graph_depth") })
    }

    @Test func theListingSaysOfEachWhatItIs() throws {
        let flow = Self.roots + Self.others
        let listing = try FlowListing(try catalogue(flow), on: TracedKernel(kernel, resolver: KnownFields()))
        #expect(
            listing.entries[0].recorded == [
                "scsi_queue_rq [scsi_mod], a kernel probe at the entry: queued",
                "scsi_queue_rq [scsi_mod], a kernel probe at the return: queued_end",
                "block:block_rq_issue, a tracepoint, where nr_sector > 8", "dm_mq_queue_rq [dm_mod]",
            ])
        #expect(listing.entries[0].unrecorded == [])
    }

    @Test func whatTheKernelSaysOfARefusalIsPassedOn() throws {
        kernel.values["error_log"] = """
            [   71.123456] trace_kprobe: error: Invalid argument name
              Command: p:dmflow/queued scsi_mod:scsi_queue_rq
                                 ^
            [   72.000001] event filter parse error: error: Field not found
              Command: nonsense
                       ^
            """
        kernel.onWrite = { file, value throws(CaptureError) in
            if value.contains("queued") { throw CaptureError(.writeFailed(value: value), path: file, errno: EINVAL) }
        }
        defer { kernel.onWrite = { _, _ throws(CaptureError) in } }
        var lines: [String] = []
        let flow = """
            "tracepoints": [ { "event": "block:block_rq_issue", "filter": "nonsense" } ],
            "probes": [ { "name": "queued", "function": "scsi_queue_rq" } ]
            """
        #expect(try session(flow, minor: 1, report: { lines.append($0) }).run().refused == 2)
        let warnings = lines.filter { $0.hasPrefix("warning: ") }
        #expect(warnings.count == 2)
        #expect(warnings.first?.hasSuffix(": Field not found") == true)
        #expect(warnings.last?.hasSuffix("was refused (Invalid argument name)") == true)
    }

    // MARK: Fields

    typealias Field = Flow.KernelProbe.Field

    /// A field, and what becomes of it on kernels that name arguments and on those that do not; nil where it cannot be had.
    static let fields: [(Field, named: String?, byRegister: String?)] = [
        (Field(name: "a", place: .value(.argument(2)), type: nil), "a=$arg2:x64", "a=%si:x64"),
        (Field(name: "a", place: .value(.argument(7)), type: "u8"), "a=$arg7:u8", nil),
        (Field(name: "a", place: .value(.returnValue), type: "s32"), "a=$retval:s32", "a=$retval:s32"),
        (Field(name: "a", place: .value(.stack(3)), type: nil), "a=$stack3:x64", "a=$stack3:x64"),
        (Field(name: "a", place: .value(.register("%ax")), type: nil), "a=%ax:x64", "a=%ax:x64"),
        (
            Field(name: "a", place: .offsets([0, -48, 8], from: .argument(1)), type: "string"),
            "a=+8(-48(+0($arg1))):string", "a=+8(-48(+0(%di))):string"
        ),
        (
            Field(name: "a", place: .members("request.bio", from: .argument(1)), type: nil), "a=+56($arg1):x64",
            "a=+56(%di):x64"
        ),
        (
            Field(name: "a", place: .parameter("bd->rq->__sector"), type: nil), "a=+48(+0($arg2)):u64",
            "a=+48(+0(%si)):u64"
        ),
        (
            Field(name: "a", place: .parameter("bd->rq->__sector"), type: "x32"), "a=+48(+0($arg2)):x32",
            "a=+48(+0(%si)):x32"
        ),
        (Field(name: "a", place: .members("request.gone", from: .argument(1)), type: nil), nil, nil),
        (Field(name: "a", place: .parameter("hctx->x"), type: nil), nil, nil),
    ]

    @Test(arguments: fields) func aFieldIsFetchedAsTheKernelTakesIt(field: Field, named: String?, byRegister: String?) {
        let known = KnownFields(
            fields: [
                "request.bio": FieldAccess(offsets: [56], value: .pointer),
                "bd->rq->__sector": FieldAccess(offsets: [0, 48], value: .integer(bytes: 8, isSigned: false)),
            ], arguments: ["bd": 2])
        for (readme, expected) in [
            ("$stack, $retval, $comm, $arg<N>,\n", named), ("$stack, $retval, $comm,\n", byRegister),
        ] {
            kernel.values["README"] = readme
            let traced = TracedKernel(kernel, architecture: "x86_64", resolver: known)
            let arguments = ProbeArguments([field], of: "dm_mq_queue_rq", module: "dm_mod", on: traced)
            #expect(arguments.texts == [expected].compactMap(\.self))
            #expect(arguments.unknown.map(\.field.name) == (expected == nil ? ["a"] : []))
        }
    }

    /// The first place that the kernel knows; what is not to be had on some kernels is no loss there.
    @Test func aFieldIsInTheFirstPlaceThatTheKernelKnows() throws {
        let flow = """
            "probes": [ { "name": "clone", "function": "scsi_queue_rq", "fields": [
                { "name": "a", "from": "arg1", "path": "request.q->disk", "instead": ["request.gone", "request.rq_disk"] },
                { "name": "b", "from": "arg1", "path": "request.rq_disk", "instead": ["request.q->disk"] },
                { "name": "c", "path": "req->disk", "instead": ["rq->disk"] },
                { "name": "d", "from": "arg1", "path": "request.none", "instead": ["request.gone"] },
                { "name": "e", "from": "arg1", "path": "request.none", "kernels": "others" } ] } ]
            """
        let known = KnownFields(
            fields: [
                "request.rq_disk": FieldAccess(offsets: [160], value: .pointer),
                "rq->disk": FieldAccess(offsets: [8], value: .pointer),
            ], arguments: ["rq": 2])
        let traced = TracedKernel(kernel, architecture: "x86_64", resolver: known)
        let found = try #require(try KernelProbes(try catalogue(flow).flow(named: "mine"), on: traced))
        #expect(found.probes.map(\.arguments) == [["a=+160(%di):x64", "b=+160(%di):x64", "c=+8(%si):x64"]])
        let noTypes = ": this kernel hands out no type information (CONFIG_DEBUG_INFO_BTF)"
        let lacking = found.unrecorded(on: traced)
        #expect(lacking.map(\.name) == ["clone.d", "clone.e"])
        #expect(lacking.map(\.reason) == ["request.none" + noTypes, "request.none" + noTypes])
        #expect(lacking.map(\.cause.isLoss) == [true, false])
        #expect(
            found.lines == [
                "mine: probing clone at scsi_queue_rq [scsi_mod]; not clone.d: request.none" + noTypes
            ])
    }

    @Test(
        arguments: [
            ("arg1", .argument(1)), ("arg12", .argument(12)), ("arg0", nil), ("arg13", nil), ("arg", nil),
            ("arg-1", nil),
            ("stack", .stack(nil)), ("stack0", .stack(0)), ("stack1000", nil), ("return", .returnValue),
            ("%di", .register("%di")),
            ("%", nil), ("%d i", nil), ("$retval", nil), ("", nil),
        ] as [(String, ProbeSource?)]) func aSourceIsKnownByItsName(text: String, source: ProbeSource?)
    {
        #expect(ProbeSource(text) == source)
    }

    @Test(arguments: [
        ("x64", true), ("u8", true), ("s32", true), ("string", true), ("ustring", true), ("symbol", true),
        ("u8[16]", true),
        ("b4@2/32", true), ("b31@2/32", false), ("b4@2", false), ("b/4@2/32", false), ("u7", false), ("64", false),
        ("x", false),
        ("u8[0]", false), ("u8[65]", false), ("u8[1", false), ("u8[1][2]", false), ("", false),
    ]) func aTypeIsOneOfTheKernels(text: String, isKnown: Bool) {
        #expect(ProbeSource.isType(text) == isKnown)
    }

    /// A proof of offsets that could not take its probes away: the capture does, before it begins, or does not begin.
    @Test(arguments: [true, false]) func whatAProofLeavesIsTakenAwayFirst(isRemovable: Bool) throws {
        kernel.hasInstances = true
        let before = kernel.snapshot
        var session = try session(Self.others, minor: 1)
        session.resolver = { session, journal in
            try? journal.append(.instance("dmflow-prove-1"))
            try? journal.append(.probes(ProbeList(file: "kprobe_events", names: ["prove_1_0"])))
            try? session.files.makeDirectory("instances/dmflow-prove-1")
            try? session.files.append("kprobe_events", "p:dmflow/prove_1_0 schedule")
            try? session.files.write("instances/dmflow-prove-1/events/dmflow/prove_1_0/enable", "1")
            return KnownFields()
        }
        kernel.onWrite = { file, value throws(CaptureError) in
            if !isRemovable && value.hasPrefix("-:dmflow/prove") {
                throw CaptureError(.writeFailed(value: value), path: file, errno: EBUSY)
            }
        }
        if isRemovable {
            #expect(try session.run().besides == ["1 tracepoint", "2 kernel probes"])
        } else {
            #expect(throws: CaptureError(.notRestored(["kprobe_events"]), path: kernel.directory)) {
                try session.run()
            }
            #expect(!kernel.log.contains { $0.hasPrefix("instances/dmflow-\(getpid())") })
            kernel.onWrite = { _, _ throws(CaptureError) in }
            _ = try Restoration(journals: session.journals) { [kernel] _ throws(CaptureError) in kernel }.run()
        }
        kernel.onWrite = { _, _ throws(CaptureError) in }
        #expect(kernel.snapshot == before && journals.names == [])
    }

    // MARK: Several flows

    @Test func whatSeveralFlowsHaveIsRecordedOnceAndForAll() {
        typealias Event = Flow.Tracepoint
        let merged = Tracepoints.merged([
            Event(event: "a:b", filter: "x > 1"), Event(event: "a:c", filter: "y > 1"),
            Event(event: "a:b", filter: "z > 1"),
            Event(event: "a:c"), Event(event: "a:b", filter: "(x > 1) || (z > 1)"),
        ])
        #expect(merged == [Event(event: "a:b", filter: "(x > 1) || (z > 1)"), Event(event: "a:c")])
    }
}

extension String {
    /// `instances/NAME/`
    fileprivate var prefixOfInstance: Substring {
        let name = dropFirst("instances/".count).prefix { $0 != "/" }
        return prefix("instances/".count + name.count + 1)
    }
}
