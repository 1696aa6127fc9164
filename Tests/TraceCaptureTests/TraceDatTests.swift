import Glibc
import Testing
import TraceFormat

@testable import TraceCapture

@Suite struct TraceDatTests {
    private let directory = TemporaryDirectory()

    private func trace(pageSize: Int = 4096) -> TraceDat {
        TraceDat(
            metadata: TraceMetadata(
                headerPage: fixture("debian-6.1/header_page"), headerEvent: fixture("debian-6.1/header_event"),
                ftraceFormats: [
                    fixture("debian-6.1/funcgraph_entry.format"), fixture("debian-6.1/funcgraph_exit.format"),
                ],
                symbols: Array(SyntheticPage.symbols.utf8), printkFormats: [], commandLines: Array("42 dd\n".utf8),
                clock: "mono", system: SystemName(host: "host", release: "6.1.0", machine: "x86_64")),
            pageSize: pageSize, statistics: [CPUStatistics(cpu: 0, text: "entries: 0\noverrun: 3\n")])
    }

    private func pages(cpu: Int, _ content: [UInt8]) throws -> RingBufferRecording.Pages {
        let file = try Descriptor.unnamedFile(in: directory.opened)
        _ = content.withUnsafeBytes { writeAll($0, to: file.number) }
        return .init(cpu: cpu, file: file, bytes: content.count)
    }

    /// Writes a file with pages on CPUs 0 and 2; there is no CPU 1.
    private func writeFile() throws {
        var output = try OutputFile(path: "\(directory.path)/out.dat")
        let lanes = [
            try pages(cpu: 0, SyntheticPage.oneTree(at: 1_000_000) + SyntheticPage.oneTree(at: 2_000_000)),
            try pages(cpu: 2, SyntheticPage.oneTree(at: 3_000_000)),
        ]
        #expect(try trace().write(to: output, pages: lanes, interrupted: { false }))
        #expect(try output.commit() == nil)
    }

    /// trace-cmd passes over options that it does not know.
    @Test func theTopologyIsAnOptionOfItsOwn() throws {
        let topology = Topology(maps: [.init(name: "mpatha", device: "dm-0", devno: "253:0", sectors: 8)])
        var withTopology = trace()
        withTopology.topology = topology
        let (plain, more) = (trace().layout(sizes: [0]).header, withTopology.layout(sizes: [0]).header)
        let option = try #require(topology.option)
        let head =
            withUnsafeBytes(of: TraceDatOption.topology) { Array($0) }
            + withUnsafeBytes(of: UInt32(option.count)) { Array($0) }
        #expect(more.count == plain.count + head.count + option.count)
        #expect(more.firstRange(of: head + option) != nil && plain.firstRange(of: option) == nil)
    }

    @Test func theHeaderHasThePartsOfVersionSixInOrder() {
        let (header, _) = trace().layout(sizes: [0])
        var scanner = Scanner(header)
        #expect(scanner.bytes(10) == [0x17, 0x08, 0x44] + Array("tracing".utf8))
        #expect(scanner.text() == "6")
        #expect(scanner.bytes(2) == [0, 8])
        #expect(scanner.number(UInt32.self) == 4096)
        #expect(scanner.text() == "header_page")
        #expect(scanner.sized() == fixture("debian-6.1/header_page"))
        #expect(scanner.text() == "header_event")
        #expect(scanner.sized() == fixture("debian-6.1/header_event"))
        #expect(scanner.number(UInt32.self) == 2)
        #expect(scanner.sized() == fixture("debian-6.1/funcgraph_entry.format"))
        #expect(scanner.sized() == fixture("debian-6.1/funcgraph_exit.format"))
        #expect(scanner.number(UInt32.self) == 0)
        let symbols = Int(scanner.number(UInt32.self))
        #expect(scanner.bytes(symbols) == Array(SyntheticPage.symbols.utf8))
        #expect(scanner.number(UInt32.self) == 0)
        #expect(scanner.sized() == Array("42 dd\n".utf8))
        #expect(scanner.number(UInt32.self) == 1)
        #expect(scanner.text() == "options  ")
        #expect(scanner.option() == .init(id: 2, text: "CPU: 0\nentries: 0\noverrun: 3\n\0"))
        #expect(scanner.option() == .init(id: 4, text: ""))
        #expect(scanner.option() == .init(id: 5, text: "Linux host 6.1.0 x86_64\0"))
        #expect(scanner.option() == .init(id: 9, text: "dmflow\0"))
        #expect(scanner.number(UInt16.self) == 0)
        #expect(scanner.text() == "flyrecord")
        _ = scanner.bytes(16)
        #expect(scanner.sized() == Array("[mono]".utf8))
        #expect(scanner.isAtEnd)
    }

    @Test(arguments: [4096, 16384, 65536], [[8192], [0], [4096, 0, 12288], []])
    func extentsAreAlignedAndDoNotOverlap(pageSize: Int, sizes: [Int]) {
        let (header, extents) = trace(pageSize: pageSize).layout(sizes: sizes)
        var end = UInt64(header.count)
        for (extent, size) in zip(extents, sizes) {
            #expect(extent.offset % UInt64(pageSize) == 0)
            #expect(extent.offset >= end)
            #expect(extent.size == UInt64(size))
            end = extent.offset + extent.size
        }
        #expect(extents.count == sizes.count)
    }

    @Test func pagesAreWhereTheTableSays() throws {
        try writeFile()
        let file = try #require(directory.read("out.dat"))
        let extents = trace().layout(sizes: [8192, 0, 4096]).extents
        let first = Int(extents[0].offset)
        let last = Int(extents[2].offset)
        #expect(Array(file[first..<first + 4096]) == SyntheticPage.oneTree(at: 1_000_000))
        #expect(Array(file[last...]) == SyntheticPage.oneTree(at: 3_000_000))
        #expect(directory.mode("out.dat") == 0o600)
        #expect(directory.names == ["out.dat"])
    }

    @Test(.enabled(if: traceCmd != nil, "trace-cmd is not installed"))
    func traceCmdReadsTheFile() throws {
        try writeFile()
        let script = "\(traceCmd!) report '\(directory.path)/out.dat' > '\(directory.path)/report' 2>&1"
        let process = try Workload(["/bin/sh", "-c", RawString(script)])
        var status = process.status()
        while status == .running {
            usleep(10_000)
            status = process.status()
        }
        #expect(status == .exited(0))
        let report = directory.text("report") ?? ""
        #expect(report.split(separator: "dm_mq_queue_rq() {").count == 4, "\(report)")
        #expect(report.split(separator: "blk_mq_start_request();").count == 4)
        #expect(report.contains("dd-42"))
        #expect(report.contains("0.001000:"))
        #expect(report.contains("1.000 us"))
    }

    @Test func anAbandonedFileLeavesNothing() throws {
        do {
            let output = try OutputFile(path: "\(directory.path)/out.dat")
            let lane = try pages(cpu: 0, SyntheticPage.oneTree(at: 1))
            #expect(throws: CaptureError(.interruptedWhileWriting, path: "\(directory.path)/out.dat")) {
                try trace().write(to: output, pages: [lane], interrupted: { true })
            }
        }
        #expect(directory.names == [])
    }
}

private let traceCmd: String? = ["/usr/bin/trace-cmd", "/usr/local/bin/trace-cmd"].first { (path: String) in
    access(path, X_OK) == 0
}

/// Reads a header back, part by part.
private struct Scanner {
    struct Option: Equatable {
        let id: UInt16
        let text: String
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func text() -> String {
        let text = rest.prefix { $0 != 0 }
        rest = rest.dropFirst(text.count + 1)
        return String(decoding: text, as: UTF8.self)
    }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number {
        bytes(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    mutating func sized() -> [UInt8] { bytes(Int(number(UInt64.self))) }

    mutating func option() -> Option {
        let id = number(UInt16.self)
        return Option(id: id, text: String(decoding: bytes(Int(number(UInt32.self))), as: UTF8.self))
    }
}
