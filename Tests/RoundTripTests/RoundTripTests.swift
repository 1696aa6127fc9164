import TestSupport
import Testing
import TraceFormat

@testable import GraphParser
@testable import TraceCapture

/// What the writer of trace.dat files writes, the reader reads, and nothing else: they know the format from one place, but use it
/// each in its own way.
@Suite struct RoundTripTests {
    @Test func theReaderIsTold() throws {
        let written = Written()
        let header = try written.read()
        #expect(header.identity.host == "iron" && header.identity.kernel == "6.1.0-50-amd64")
        #expect(header.identity.boot == "0b5a7e5c-52d0-4f43-9df1-57a3f6ac7d2e")
        #expect(header.identity.commandLine == "dmflow capture --flow io -- dd 'if=/dev/a b'")
        #expect(
            header.identity.flows == ["io", "requests"] && header.identity.startNs == 1_764_180_000_123_456_789
                && header.identity.startOnClockNs == 12_345_678_901)
        #expect(header.identity.cost == .init(callNs: 210, recorderCPUNs: 6_000_000, durationNs: 5_000_000_000))
        #expect(header.identity.clock == "mono" && header.recording == written.stats)
        #expect(header.identity.writer == "dmflow")
        #expect(header.description.comms == [100: "multipathd[checkerloop]", 101: "dd"])
        #expect(
            header.description.layout == .wide && header.description.symbols.count == SyntheticTrace.functions.count)
    }

    /// A file of a capture that could not find out anything has a system name and a clock all the same.
    @Test func whatIsNotKnownIsNotThere() throws {
        let header = try Written(stats: nil).read()
        #expect(header.recording == nil && header.identity.host == "iron" && header.identity.clock == "mono")
        #expect(header.identity.boot == nil && header.identity.cost == nil && header.identity.flows == nil)
        let empty = try Written(stats: RecordingStats()).read()
        #expect(empty.recording == RecordingStats() && empty.identity.cost == nil)
    }

    @Test(arguments: [[0], [0, 3], [1, 2, 5], [7]], [4096, 16384])
    func eachCPUsPagesAreFound(cpus: [Int], pageSize: Int) throws {
        let written = Written(cpus: cpus, pageSize: pageSize)
        let header = try written.read()
        #expect(header.cpuCount == cpus.max()! + 1 && header.top.pageSize == pageSize)
        #expect(header.top.cpus.map(\.cpu) == cpus && header.top.cpus.map(\.size) == written.pages.map(\.count))
        let bytes = try written.bytes()
        for (data, pages) in zip(header.top.cpus, written.pages) {
            #expect(data.offset % pageSize == 0)
            #expect(bytes[data.offset..<(data.offset + data.size)].elementsEqual(pages))
        }
        for cpu in cpus {
            let statistics = try #require(header.statistics[.init(buffer: "", cpu: cpu)])
            #expect(statistics.entries == 3 && statistics.overrun == UInt64(cpu) && statistics.commitOverrun == 5)
            #expect(statistics.dropped == 2 && statistics.read == 1000 + UInt64(cpu))
        }
    }

    /// The calls of the kernel and those of user space, whose probes are known by their names.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func theTreesAreThoseOfTheTrace(seed: UInt64) throws {
        let trace = SyntheticTrace(seed: seed, tasks: 3, cpus: 2, steps: 80)
        let expected = try GraphParserTrace(bytes: TraceDatImage(trace).bytes())
        #expect(expected.trees.contains { tree in tree.nodes.contains { $0.call.isUser } })
        let written = Written(cpus: [0, 1], trace: trace, statistics: { "read events: \($0)" })
        let file = try written.file()
        let read = try GraphParserTrace(path: file.path)
        #expect(read.outline() == expected.outline() && read.counts == expected.counts)
    }

    /// The symbols that a file carries are those that name what is in its pages.
    @Test func theFunctionsInThePagesAreNamed() throws {
        let written = Written()
        let formats = [TraceDatImage.entryFormat, TraceDatImage.exitFormat].map { Array($0.utf8) }
        let recorded = try #require(
            RecordedFunctions(graph: formats, others: TraceDatImage.userFormats.map { Array($0.utf8) }))
        let addresses = try #require(recorded.addresses(in: try written.lanes(), pageSize: written.pageSize))
        let all = CodeSymbols(kallsyms: Array((Written.symbols + "ffffffff81f00000 D data\n").utf8))
        let table = SymbolTable(kallsyms: all.text(naming: addresses))
        let whole = SymbolTable(kallsyms: Array(Written.symbols.utf8))
        #expect(!addresses.isEmpty)
        for address in addresses { #expect(table.function(at: address) == whole.function(at: address)) }
    }
}

private typealias GraphParserTrace = TestSupport.RecordedTrace

/// A file as a capture writes it.
private struct Written {
    static let symbols = SyntheticTrace.functions.enumerated().map { index, name in
        let parts = name.split(separator: " ")
        let address = String(0xffff_ffff_8100_0000 + UInt64(index) * 0x100, radix: 16)
        return "\(address) t \(parts[0])" + (parts.count > 1 ? "\t\(parts[1])" : "") + "\n"
    }.joined()

    let cpus: [Int]
    let pages: [[UInt8]]
    let pageSize: Int
    let stats: RecordingStats?
    private let statistics: (Int) -> String

    init(
        cpus: [Int] = [0, 2], pageSize: Int = 4096, trace: SyntheticTrace? = nil,
        stats: RecordingStats? = Self.everything,
        statistics: @escaping (Int) -> String = {
            "entries: 3\noverrun: \($0)\ncommit overrun: 5\nbytes: 99\noldest event ts:  1.5\nnow ts: 2.5\n"
                + "dropped events: 2\nread events: \(1000 + $0)\n"
        }
    ) {
        let trace = trace ?? SyntheticTrace(seed: 5, tasks: 3, cpus: cpus.count, steps: 60)
        (self.cpus, self.pageSize, self.stats, self.statistics) = (cpus, pageSize, stats, statistics)
        pages = cpus.indices.map { lane in
            let events = trace.events.filter { $0.cpu == lane }
            return stride(from: 0, to: events.count, by: 40).flatMap { start in
                TraceDatImage.page(Array(events[start..<min(start + 40, events.count)]), size: pageSize)
            }
        }
    }

    static var everything: RecordingStats {
        var stats = RecordingStats()
        (stats.durationNs, stats.recorderCPUNs, stats.keptNs) = (5_000_000_000, 6_000_000, 2_000_000_000)
        (stats.callCostBeforeNs, stats.callCostAfterNs) = (200, 210)
        (stats.multipathRequests, stats.interrupts, stats.roots) = (17, false, ["dm_mq_queue_rq", "domap"])
        stats.startOnClockNs = 12_345_678_901
        (stats.startNs, stats.host) = (1_764_180_000_123_456_789, "iron")
        stats.bootID = "0b5a7e5c-52d0-4f43-9df1-57a3f6ac7d2e"
        stats.commandLine = CommandLineText.text(["dmflow", "capture", "--flow", "io", "--", "dd", "if=/dev/a b"])
        stats.flows = ["io", "requests"]
        stats.kinds = [
            .init(kind: "graph-root", armed: 2, refused: 0), .init(kind: "kernel-probe", armed: 7, refused: 1),
        ]
        stats.missedByProbes = ["queued": 3, "done": 18_446_744_073_709_551_615]
        stats.requestSize = 272
        return stats
    }

    private var trace: TraceDat {
        TraceDat(
            metadata: TraceMetadata(
                headerPage: Array(Self.headerPage.utf8), headerEvent: Array("# compressed entry header\n".utf8),
                ftraceFormats: [TraceDatImage.entryFormat, TraceDatImage.exitFormat].map { Array($0.utf8) },
                events: [.init(name: ProbeName.group, formats: TraceDatImage.userFormats.map { Array($0.utf8) })],
                symbols: Array(Self.symbols.utf8),
                printkFormats: Array("0xffffffff82000000 : \"x\"\n".utf8),
                commandLines: TraceMetadata.commandLines(
                    Array("100 multipathd\n101 dd\n".utf8), threads: [100: "multipathd[checkerloop]"]),
                clock: "mono", system: SystemName(host: "iron", release: "6.1.0-50-amd64", machine: "x86_64")),
            pageSize: pageSize, statistics: cpus.map { CPUStatistics(cpu: $0, text: statistics($0)) }, stats: stats)
    }

    private static let headerPage = """
        \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
        \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
        \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
        \tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;
        """

    func lanes() throws -> [RingBufferRecording.Pages] {
        let directory = try Descriptor(directory: "/tmp")
        return try zip(cpus, pages).map { cpu, content in
            let file = try Descriptor.unnamedFile(in: directory)
            #expect(content.withUnsafeBytes { writeAll($0, to: file.number) } == 0)
            return .init(cpu: cpu, file: file, bytes: content.count)
        }
    }

    func file() throws -> TemporaryFile {
        let file = try TemporaryFile([])
        var output = try OutputFile(path: RawString(file.path))
        #expect(try trace.write(to: output, pages: lanes(), interrupted: { false }))
        #expect(try output.commit() == .file)
        return file
    }

    func bytes() throws -> [UInt8] {
        let file = try file()
        return try readWholeFile(file.path)
    }

    func read() throws -> TraceDatHeader {
        let file = try file()
        return try TraceDatHeader(InputFile(path: file.path))
    }
}
