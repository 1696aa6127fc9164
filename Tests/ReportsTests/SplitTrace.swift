import TestSupport

@testable import GraphParser
@testable import Reports

/// All calls of a trace in one batch, which can be split by trees.
final class SplitTrace: Analyzer {
    let interest = Interest(calls: true)
    private var context: TraceContext!
    private(set) var source: TraceSource!
    private(set) var counts: TraceCounts!
    private var whole = TraceBatch()
    /// For each of its events the number of its tree; nil for what is in none.
    private var trees: [Int?] = []
    private var treeCount = 0
    /// By task: the events of the tree that is open.
    private var open: [Int: [Int]] = [:]

    init(path: String) throws {
        let reading = try TraceFile.read(path, into: [self])
        (source, counts) = (reading.source, reading.counts)
    }

    func begin(_ trace: TraceContext) { context = trace }

    func take(_ batch: TraceBatch) -> Demand {
        for event in batch.calls {
            switch event {
            case .began(let begin): add(event, of: begin.task)
            case .outside(let number):
                whole.outside.append(batch.outside[Int(number)])
                add(.outside(Int32(whole.outside.count - 1)), of: batch.outside[Int(number)].task)
            case .ended(let call):
                add(event, of: call.task)
                if call.isRoot { endTree(of: call.task) }
            case .event, .lost: break
            }
        }
        (whole.functions, whole.tasks, whole.openCalls) = (batch.functions, batch.tasks, batch.openCalls)
        return .more
    }

    private func add(_ event: CallEvent, of task: Int) {
        open[task, default: []].append(whole.calls.count)
        whole.calls.append(event)
        trees.append(nil)
    }

    private func endTree(of task: Int) {
        for index in open.removeValue(forKey: task) ?? [] { trees[index] = treeCount }
        treeCount += 1
    }

    /// The summary of all trees.
    var summary: Summary { summary(of: whole, counts) }

    /// Summaries of the trees in as many parts, each tree in any of them; the counts are the first's.
    func parts(_ count: Int, using random: inout some RandomNumberGenerator) -> [Summary] {
        let partOf = (0..<treeCount).map { _ in Int.random(in: 0..<count, using: &random) }
        return (0..<count).map { part in
            var batch = whole
            batch.calls = zip(whole.calls, trees).compactMap { event, tree in
                tree.map { partOf[$0] == part } ?? false ? event : nil
            }
            return summary(of: batch, part == 0 ? counts : TraceCounts())
        }
    }

    private func summary(of batch: TraceBatch, _ counts: TraceCounts) -> Summary {
        let builder = SummaryBuilder(map: .builtin)
        builder.begin(context)
        builder.take(batch)
        return builder.summary(source: source, counts: counts)
    }
}
