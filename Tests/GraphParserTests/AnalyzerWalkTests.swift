import GraphParser
import TestSupport
import Testing

/// How little an analyzer takes: with what the library offers to everybody.
private final class IssuesByDevice: Analyzer {
    let interest = Interest.events("block_rq_issue")
    private(set) var counts: [BlockDevice: Int] = [:]
    private var device: EventField?

    func begin(_ trace: TraceContext) { device = trace.field("dev", of: "block_rq_issue") }

    func take(_ batch: TraceBatch) -> Demand {
        for event in batch.events {
            if let device = device?.device(event) { counts[device, default: 0] += 1 }
        }
        return .more
    }
}

@Suite struct AnalyzerWalkTests {
    @Test(arguments: ["5.10", "6.1", "6.12", "7.3"]) func requestsAreCountedAlike(kernel: String) throws {
        let (text, file) = (IssuesByDevice(), IssuesByDevice())
        try TraceFile.read(Fixtures.path("\(kernel)/events.txt"), into: [text])
        try TraceFile.read(Fixtures.path("\(kernel)/events.dat"), into: [file])
        #expect(text.counts == file.counts && file.counts.values.reduce(0, +) > 5)
    }
}
