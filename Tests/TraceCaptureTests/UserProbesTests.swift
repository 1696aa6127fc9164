import Glibc
import Testing

@testable import TraceCapture

/// Probes in user space: on the C library of the process that runs these tests.
@Suite struct UserProbesTests {
    private let kernel = FakeKernel(directory: "/nowhere")

    init() { kernel.values["uprobe_events"] = "" }

    private var program: String {
        get throws { MappedFile.baseName(ofPath: try #require(linkTarget("/proc/self/exe")?.description)) }
    }

    private func user(_ functions: [(String, String)]) throws -> Flow.UserSide {
        .init(process: try program, functions: functions.map { .init(object: $0.0, function: $0.1) })
    }

    @Test func functionsAreProbedAtEntryAndReturnInTheMappedFile() throws {
        let probes = try UserProbes(try user([("libc", "getsid")]), flow: "test")
        #expect(probes.missing == [])
        var state = TracefsState(kernel)
        let before = kernel.snapshot
        #expect(try UserProbes.arm([probes, probes], state: &state).count == probes.probes.count)
        let lines = kernel.values["uprobe_events"]!.lines
        #expect(lines.count == 2 * probes.probes.count)
        for (line, head) in zip(lines, ["p:dmflow/call__libc__getsid ", "r:dmflow/ret__libc__getsid "]) {
            #expect(line.hasPrefix("\(head)/proc/") && line.contains("/map_files/"))
        }
        #expect(kernel.values["events/dmflow/call__libc__getsid/enable"] == "1\n")
        #expect(state.restore() == [])
        #expect(kernel.snapshot == before)
    }

    /// Once, all probes of the group were switched off, in whichever list they were.
    @Test func aStrangersProbeInAnotherListStaysOn() throws {
        kernel.values["kprobe_events"] = "p:dmflow/mine schedule\n"
        kernel.values["events/dmflow/mine/enable"] = "1\n"
        kernel.values["events/dmflow/enable"] = "1\n"
        kernel.values["set_event"] = "dmflow:mine\n"
        let before = kernel.snapshot.filter { $0.key != "events/dmflow/enable" }
        var state = TracefsState(kernel)
        _ = try state.addProbes("uprobe_events", [("one", "p:dmflow/one /lib/x:0x1")])
        #expect(state.restore() == [])
        #expect(kernel.snapshot.filter { $0.key != "events/dmflow/enable" } == before)
    }

    /// A flow whose user side is an option is recorded without it, and says why.
    @Test func withoutTheProgramAnOptionIsLeftOut() throws {
        var user = Flow.UserSide(process: "no-such-program", functions: [.init(object: "x", function: "f")])
        #expect(throws: CaptureError.self) { try UserProbes(user, flow: "test") }
        user.isOptional = true
        let absent = try UserProbes(user, flow: "test")
        #expect(
            absent.probes.isEmpty && absent.lines == ["test: without user space, since no-such-program does not run"])
        #expect(absent.missing.map(\.reason) == ["no-such-program does not run"])
        var state = TracefsState(kernel)
        #expect(try UserProbes.arm([absent], state: &state).count == 0)
        // A program that runs and shows none of the functions is no error, either.
        user = try self.user([("libc", "no_such_function")])
        #expect(throws: CaptureError.self) { try UserProbes(user, flow: "test") }
        user.isOptional = true
        #expect(try UserProbes(user, flow: "test").missing.count == 1)
        let obstructed = try UserProbes(user, flow: "test", obstacle: "this kernel has none")
        #expect(obstructed.lines == ["test: without user space, since this kernel has none"])
    }

    @Test func kernelsThatTakeOnePlaceGetOne() throws {
        let wanted = try user([("libc", "getsid")])
        let probes = try UserProbes(wanted, flow: "test", release: KernelRelease(major: 5, minor: 3))
        #expect(probes.probes.count == 1)
        let all = try UserProbes(wanted, flow: "test", release: KernelRelease(major: 5, minor: 4))
        #expect(probes.missing.isEmpty == (all.probes.count == 1))
    }

    /// A library with two versions of a function has it in two places: libdevmapper's dm_task_run.
    @Test func twoPlacesOfOneFunctionShareAnEvent() throws {
        var state = TracefsState(kernel)
        let before = kernel.snapshot
        _ = try state.addProbes(
            "uprobe_events", [("one", "p:dmflow/one /lib/x:0x1"), ("one", "p:dmflow/one /lib/x:0x2")])
        #expect(kernel.values["uprobe_events"]!.lines.count == 2)
        #expect(state.restore() == [])
        #expect(kernel.snapshot == before)
    }

    @Test func whatIsNotThereIsSaidWithTheReason() throws {
        let wanted = try user([("libc", "getsid"), ("libc", "no_such_function"), ("libnowhere", "domap")])
        let probes = try UserProbes(wanted, flow: "test")
        #expect(probes.missing.map(\.function.description) == ["no_such_function [libc]", "domap [libnowhere]"])
        #expect(probes.missing[0].reason.contains("not in this version"))
        #expect(probes.missing[1].reason == "libnowhere is not mapped")
        #expect(probes.lines[0].contains("not visible: no_such_function [libc], domap [libnowhere]"))
    }

    @Test func anotherFunctionStandsIn() throws {
        var wanted = try user([("libc", "no_such_function")])
        wanted.functions[0].instead = ["neither", "getsid"]
        let probes = try UserProbes(wanted, flow: "test")
        #expect(probes.replaced.map(\.by) == ["getsid"])
        #expect(probes.probes.allSatisfy { $0.function.name == "getsid" })
    }

    @Test func withoutTheProcessOrItsFunctionsNothingIsTraced() throws {
        let daemon = Flow.UserSide(process: "no-such-program", functions: [.init(object: "libc", function: "getsid")])
        #expect(throws: CaptureError(.processNotRunning("no-such-program", flow: "daemon"))) {
            try UserProbes(daemon, flow: "daemon")
        }
        let program = try program
        #expect(throws: CaptureError(.userFunctionsNotVisible(program, flow: "daemon"))) {
            try UserProbes(try user([("libc", "no_such_function")]), flow: "daemon")
        }
    }

    @Test(arguments: [
        ("12 multipathd\n13 multipathd\n1 init\n", "13 multipathd\n1 init\n12 multipathd[checkerloop]\n"),
        ("120 a b\n", "120 a b\n12 multipathd[checkerloop]\n"), ("", "12 multipathd[checkerloop]\n"),
    ]) func threadsAreNamedByWhatTheyRun(tasks: String, expected: String) {
        let lines = TraceMetadata.commandLines(Array(tasks.utf8), threads: [12: "multipathd[checkerloop]"])
        #expect(String(decoding: lines, as: UTF8.self) == expected)
        #expect(TraceMetadata.commandLines(Array(tasks.utf8), threads: [:]) == Array(tasks.utf8))
    }

    @Test(arguments: ["a b", "a\nb", "a/b", "a:b", "ä", ""])
    func namesThatAreNoneOfCAreRefused(name: String) {
        let escaped = name.replacing("\n", with: "\\n")
        let flow = #"""
            { "schema": "dmflow.flows/1", "flows": [ { "name": "mine", "summary": "", "roots": [ { "function": "x" } ],
              "user": { "process": "x", "functions": [ { "object": "x", "function": "\#(escaped)" } ] } } ] }
            """#
        let problem = "flows[0].user.functions[0].function is '\(name)', not a name of C"
        #expect(throws: CaptureError(.flowsNotUsable(problem), path: "mine.json:2:73")) {
            try FlowCatalogue(json: Array(flow.utf8), path: "mine.json")
        }
    }
}
