import Testing
import TraceFormat

@testable import TraceCapture

/// What a capture does with the topology.
@Suite struct CapturedTopologyTests {
    private let directory = TemporaryDirectory()
    private let journals = TemporaryDirectory()
    private let kernel: FakeKernel

    init() {
        kernel = FakeKernel(directory: directory.path)
        kernel.pages = [0: SyntheticPage.oneTree(at: 1_000_000), 1: []]
        directory.write("kallsyms", SyntheticPage.symbols)
    }

    /// - Parameter read: what the machine tells each time it is asked.
    /// - Returns: the file.
    private func capture(_ read: @escaping () -> Topology?, lines: @escaping (String) -> Void = { _ in }) throws
        -> [UInt8]
    {
        var options = CaptureOptions(flows: ["io"], output: "\(directory.path)/out.dat")
        options.limits.duration = 1_000_000
        var session = CaptureSession(options, catalogue: .builtin, files: kernel, report: lines)
        session.journals = "\(journals.path)/dmflow"
        session.symbolFile = "\(directory.path)/kallsyms"
        session.obstacles = { _ in [] }
        session.resolver = { _, _ in KnownFields() }
        session.release = KernelRelease(major: 6, minor: 1)
        session.readTopology = read
        _ = try session.run()
        return try #require(directory.read("out.dat"))
    }

    private func topology(_ state: String) -> Topology {
        var map = Topology.Map(name: "mpatha", device: "dm-0", devno: "253:0", sectors: 8)
        map.groups = [.init(number: 1, state: state, selector: "queue-length")]
        return Topology(maps: [map])
    }

    @Test func itIsReadBeforeTheFirstChangeAndWhenTracingIsOff() throws {
        var asked: [(writes: Int, isOn: Bool)] = []
        let kernel = kernel
        let file = try capture {
            asked.append((kernel.log.count, kernel.values["tracing_on"]?.trimmed == "1"))
            return topology(asked.count == 1 ? "enabled" : "active")
        }
        try #require(asked.count == 2)
        #expect(asked[0].writes == 0 && asked[1].writes > 0 && !asked[1].isOn)
        var expected = topology("enabled")
        expected.mapsAtEnd = topology("active").maps
        #expect(file.firstRange(of: try #require(expected.option)) != nil)
    }

    @Test func withoutMapsThereIsNoOption() throws {
        let file = try capture({ Topology(maps: []) }, lines: { #expect(!$0.contains("multipath maps")) })
        #expect(file.firstRange(of: Array("\"maps\"".utf8)) == nil)
    }

    @Test func aMachineThatHangsIsCapturedAllTheSame() throws {
        var lines: [String] = []
        let file = try capture({ nil }, lines: { lines.append($0) })
        #expect(file.suffix(4096).elementsEqual(SyntheticPage.oneTree(at: 1_000_000)))
        #expect(lines.count { $0.hasPrefix("warning: reading the multipath maps took too long") } == 1)
    }
}
