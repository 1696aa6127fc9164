import Glibc
import Testing

@testable import TraceCapture

@Suite struct TracefsSamplerTests {
    /// The part of tracefs that sampling uses.
    private final class Kernel: TracingFiles {
        let directory = "/t"
        var values = ["kprobe_events": ""]
        var directories: Set<String> = ["instances"]
        var refuses: (String) -> Bool = { _ in false }
        var keepsInstances = false
        /// What the instance's buffer shows at each reading.
        var trace: [String] = []
        private(set) var log: [String] = []

        func exists(_ file: String) -> Bool { values[file] != nil || directories.contains(file) }

        func readBytes(_ file: String) throws(CaptureError) -> [UInt8] {
            if file.hasSuffix("/trace") { return Array((trace.count > 1 ? trace.removeFirst() : trace[0]).utf8) }
            return Array((values[file] ?? "").utf8)
        }

        func write(_ file: String, _ value: String) throws(CaptureError) { log.append("\(file)=\(value)") }

        func append(_ file: String, _ line: String) throws(CaptureError) {
            log.append(line)
            if line.hasPrefix("-:") {
                let name = String(line.dropFirst(2))
                values[file] = values[file]!.lines.filter { !$0.contains(name) }.map { $0 + "\n" }.joined()
            } else if refuses(line) {
                throw CaptureError(.writeFailed(value: line), path: file, errno: EINVAL)
            } else {
                values[file]! += line + "\n"
            }
        }

        func writeList(
            _ file: String, _ entries: [String], stopAtRefusal: (String) -> Bool
        ) throws(CaptureError) -> [RefusedEntry] { [] }
        func list(_ directory: String) throws(CaptureError) -> [String] { [] }
        func openRaw(_ file: String) throws(CaptureError) -> Int32 { -1 }
        func makeDirectory(_ name: String) throws(CaptureError) { directories.insert(name) }

        func removeDirectory(_ name: String) throws(CaptureError) {
            if keepsInstances { throw CaptureError(.notRestored([name]), errno: EBUSY) }
            directories.remove(name)
        }
    }

    private static let points = [
        SamplePoint(function: "iscsi_queuecommand", fetch: "$arg2:x64"),
        SamplePoint(function: "iscsi_tcp_task_xmit", fetch: "+80($arg1):x64"),
    ]

    private static func line(_ task: String, _ number: Int, _ value: String) -> String {
        "    \(task) [001] d..1.   100.123456: prove_\(getpid())_\(number): (f+0x0/0x3f0 [m]) v=\(value)\n"
    }

    private func sampler(_ kernel: Kernel) -> TracefsSampler {
        var sampler = TracefsSampler(files: kernel, architecture: "x86_64")
        sampler.pause = { _ in }
        return sampler
    }

    private func isClean(_ kernel: Kernel) -> Bool {
        kernel.values["kprobe_events"] == "" && kernel.directories == ["instances"]
    }

    @Test func hitsAreReadAndAllIsTakenAway() throws {
        let kernel = Kernel()
        kernel.trace = [
            "# tracer: nop\n#\n" + Self.line("kworker/u4:1-12", 0, "0xffff8880aa"),
            Self.line("my prog [1]-12", 0, "0xffff8880aa") + Self.line("<...>-7", 1, "(fault)")
                + "someone-3 [000] 1.0: other: x\n" + Self.line("a-b-99", 1, "0xffff8880aa"),
        ]
        let sample = try sampler(kernel).sample(Self.points) { $0.count > 2 }
        #expect(
            sample.hits == [
                ProbeHit(point: Self.points[0], task: 12, value: 0xff_ff88_80aa),
                ProbeHit(point: Self.points[1], task: 7, value: nil),
                ProbeHit(point: Self.points[1], task: 99, value: 0xff_ff88_80aa),
            ])
        #expect(sample.refused.isEmpty)
        #expect(kernel.log.contains("p:dmflow/prove_\(getpid())_1 iscsi_tcp_task_xmit v=+80($arg1):x64"))
        #expect(isClean(kernel))
    }

    @Test func kernelsWithoutArgumentsGetRegisters() throws {
        let kernel = Kernel()
        kernel.refuses = { $0.contains("$arg") }
        kernel.trace = [Self.line("a-1", 0, "0x10")]
        let sample = try sampler(kernel).sample(Self.points) { !$0.isEmpty }
        #expect(kernel.log.contains("p:dmflow/prove_\(getpid())_0 iscsi_queuecommand v=%si:x64"))
        #expect(sample.hits.count == 1)
        #expect(isClean(kernel))
    }

    @Test func whatIsRefusedIsSaidAndTheOthersRecord() throws {
        let kernel = Kernel()
        kernel.refuses = { $0.contains("xmit") }
        kernel.trace = [Self.line("a-1", 0, "0x10")]
        let sample = try sampler(kernel).sample(Self.points) { !$0.isEmpty }
        #expect(sample.refused == [Self.points[1]: "Invalid argument"])
        #expect(sample.hits.map(\.value) == [0x10])
        kernel.refuses = { _ in true }
        #expect(try sampler(kernel).sample(Self.points) { _ in false }.refused.count == 2)
        #expect(isClean(kernel))
    }

    @Test func waitingEnds() throws {
        let kernel = Kernel()
        kernel.trace = [""]
        var sampler = sampler(kernel)
        nonisolated(unsafe) var waited: [Int] = []
        sampler.pause = { waited.append($0) }
        #expect(try sampler.sample(Self.points) { _ in false }.hits.isEmpty)
        #expect(waited.reduce(0, +) == sampler.patience)
        #expect(waited.count < 10)
    }

    @Test func probesOfOthersAndWhatIsLeftAreErrors() {
        let kernel = Kernel()
        kernel.values["kprobe_events"] = "p:dmflow/x f\n"
        #expect(throws: CaptureError(.probesExist(group: "dmflow"), path: "/t/kprobe_events")) {
            _ = try sampler(kernel).sample(Self.points) { _ in true }
        }
        kernel.values["kprobe_events"] = ""
        kernel.keepsInstances = true
        kernel.trace = [""]
        #expect(throws: CaptureError(.notRestored(["instances/dmflow-prove-\(getpid())"]))) {
            _ = try sampler(kernel).sample(Self.points) { _ in true }
        }
        kernel.values["kprobe_events"] = nil
        #expect(throws: CaptureError.self) { _ = try sampler(kernel).sample(Self.points) { _ in true } }
    }
}
