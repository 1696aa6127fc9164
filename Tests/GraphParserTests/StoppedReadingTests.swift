import Synchronization
import TestSupport
import Testing
import TraceFormat

@testable import GraphParser

/// An analyzer can end the pass, and the reader's thread ends with it.
@Suite struct StoppedReadingTests {
    enum Stop: CaseIterable { case enough, failure }

    private struct Full: Error {}

    /// Has enough, or fails, when it has been given so many calls.
    private final class Counter: Analyzer {
        let interest = Interest.calls
        let stop: Stop
        let atCall: Int
        var calls = 0
        var isFinished = false

        init(stop: Stop, atCall: Int) {
            self.stop = stop
            self.atCall = atCall
        }

        func finish(_ end: TraceEnd) { isFinished = true }

        func take(_ batch: TraceBatch) throws -> Demand {
            #expect(calls < atCall, "a batch after the last one wanted")
            for case .ended in batch.calls { calls += 1 }
            guard calls >= atCall else { return .more }
            if stop == .failure { throw Full() }
            return .enough
        }
    }

    /// Has calls for ever.
    private struct EndlessSource: EventSource {
        static let lossesAreMarked = false
        let instances: [UInt16] = []
        var counts = TraceCounts()
        let life: Life

        var source: TraceSource {
            TraceSource(
                path: "endless", kind: .text, identity: TraceIdentity(), machineCPUs: nil, cpusWithEvents: 1,
                hasTimes: false, recording: nil, notes: [])
        }

        mutating func read(into batch: inout EventBatch) throws(TraceError) -> Bool {
            life.batches.add(1, ordering: .relaxed)
            for _ in 0..<EventBatch.size {
                batch.events.append(
                    GraphEvent(duration: 5, function: 0, task: .thread(7, cpu: 0), kind: .leaf))
            }
            counts.leaves += EventBatch.size
            return true
        }
    }

    /// Lives as long as anybody has the source.
    private final class Life: Sendable {
        let batches = Atomic(0)
    }

    @Test(arguments: Stop.allCases, [1, 2048, 2049, 50_000]) func anEndlessTraceEnds(stop: Stop, atCall: Int) throws {
        weak var life: Life?
        var batches = 0
        do {
            let kept = Life()
            life = kept
            let counter = Counter(stop: stop, atCall: atCall)
            var analyzers = AnalyzerSet([counter])
            let builder = StackBuilder(names: TraceNames(), lossesAreMarked: false)
            let result = Result {
                try Pipeline.run(EndlessSource(life: kept), builder, into: &analyzers) { _ in }
            }
            switch result {
            case .success(let outcome):
                #expect(stop == .enough && !outcome.isWhole)
                #expect(outcome.counts.leaves >= counter.calls && outcome.counts.calls == counter.calls)
            case .failure(let error): #expect(stop == .failure && error is Full)
            }
            #expect(counter.calls < atCall + 2048)
            batches = kept.batches.load(ordering: .relaxed)
        }
        #expect(life == nil, "somebody still has the source")
        // No further ahead than what lies ready, and what each thread has in its hands.
        #expect(batches <= atCall / EventBatch.size + 8)
    }

    /// Also when the last calls are given, behind the end of the source.
    @Test func theLastCallsCanFailToo() throws {
        let text = " 0)               |  a() {\n 0)   1.000 us    |    b();\n"
        let file = try TemporaryFile(Array(text.utf8))
        #expect(throws: Full.self) {
            _ = try TraceFile.read(file.path, into: [Counter(stop: .failure, atCall: 2)])
        }
        let two = Counter(stop: .enough, atCall: 2)
        #expect(try TraceFile.read(file.path, into: [two]).isWhole && two.calls == 2)
        let one = Counter(stop: .enough, atCall: 1)
        #expect(try !TraceFile.read(file.path, into: [one]).isWhole && one.isFinished)
    }
}
