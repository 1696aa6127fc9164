import TestSupport
import TraceFormat

@testable import GraphParser
@testable import Reports

/// A real capture, as if it were recorded now: its pages come in rounds of trace time.
struct LiveFixture {
    let trace: LiveTrace
    private let pages: [(cpu: Int, page: [UInt8], begin: UInt64)]

    init(_ name: String) throws {
        let file = try InputFile(path: Fixtures.path(name))
        let header = try TraceDatHeader(file)
        let pageSize = header.top.pageSize
        var trace = LiveTrace(
            path: name, description: header.description, cpus: header.top.cpus.map(\.cpu), pageSize: pageSize)
        (trace.identity, trace.recording, trace.topology) = (header.identity, header.recording, header.topology)
        self.trace = trace
        var pages: [(cpu: Int, page: [UInt8], begin: UInt64)] = []
        for data in header.top.cpus {
            var reader = PageReader(file: file, data: data, pageSize: pageSize, maxChunkSize: 1 << 20)
            var buffer: [UInt8] = []
            while case let count = try reader.next(into: &buffer, atMost: pageSize), count > 0 {
                let page = Array(buffer[..<count])
                guard let begin = page.span.bytes.number(at: 0, as: UInt64.self) else { continue }
                pages.append((data.cpu, page, header.description.time(begin)))
            }
        }
        // Each CPU's stay in their order: their times ascend.
        self.pages = pages.sorted { $0.begin < $1.begin }
    }

    /// Watches it all.
    ///
    /// - Parameters:
    ///   - round: ns of trace time from a look to the next.
    ///   - interval: ns of trace time of an interval.
    func watch(round: UInt64, interval: UInt64) throws -> (intervals: [LiveInterval], reading: TraceReading) {
        let watch = LiveWatch(interval: interval, map: .builtin, cost: .init(cpuNs: 0, atNs: 0), source: trace.path)
        var intervals: [LiveInterval] = []
        var late = 0
        let rounds = Rounds(left: pages[...], round: round, watermark: pages.first?.begin ?? 0)
        let reading = try trace.read(rounds, into: watch.analyzers) { mark in
            late = mark.lateEvents
            if let interval = watch.reach(mark.watermark, lateEvents: late, cost: .init(cpuNs: 1000, atNs: 2000)) {
                intervals.append(interval)
            }
        }
        intervals.append(watch.finish(at: nil, lateEvents: late, cost: .init(cpuNs: 2000, atNs: 4000)))
        return (intervals, reading)
    }

    /// Hands over what begins before the watermark, and then lets that go on.
    private struct Rounds: PageFeed {
        var left: ArraySlice<(cpu: Int, page: [UInt8], begin: UInt64)>
        let round: UInt64
        var watermark: UInt64

        mutating func next(_ take: (_ cpu: Int, _ pages: Span<UInt8>) -> Void) throws(TraceError) -> LiveRound? {
            if left.isEmpty { return nil }
            defer { watermark += round }
            while let page = left.first, page.begin <= watermark {
                take(page.cpu, page.page.span)
                left.removeFirst()
            }
            return LiveRound(watermark: watermark)
        }
    }
}
