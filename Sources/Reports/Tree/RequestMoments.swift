package import GraphParser

/// When requests came by their points, and in which tasks: tells the call trees that they came by.
///
/// As ``RequestTrees`` does for one request, but of trees as they come: a tree is one of theirs if one of their points lies in it, or if
/// it begins right behind one in the same task. Its memory, eight bytes for each point, follows the requests that are added.
package struct RequestMoments: Sendable {
    private struct Thread: Hashable {
        let tid: Int32
        /// Of idle tasks, of which each CPU has one, and all are 0; negative of others.
        let cpu: Int
    }

    private struct Moments {
        /// In ns, in ascending order once they are sorted.
        var times: [UInt64] = []
        /// When the thread's last tree was over.
        var lastEnd: UInt64?
    }

    /// A tree that begins later than this behind a point is another's, in ns.
    private static let reach: UInt64 = 1_000_000

    private var threads: [Thread: Moments] = [:]

    package init() {}

    package mutating func add(_ request: Request) {
        for stage in request.stages {
            guard let tid = stage.tid else { continue }
            threads[Thread(tid: tid, cpu: tid == 0 ? stage.cpu : -1), default: Moments()].times.append(stage.startNs)
        }
        // Where an idle task ended it, it had it before, too.
        if let tid = request.endTid, tid != 0 {
            threads[Thread(tid: tid, cpu: -1), default: Moments()].times.append(request.startNs &+ request.latencyNs)
        }
    }

    /// All requests have been added.
    package mutating func sort() { for thread in threads.keys { threads[thread]?.times.sort() } }

    /// Whether one of the requests came by the tree. Trees of a thread have to come in their order.
    package mutating func isTheirs(_ tree: CallTree) -> Bool {
        guard let tid = tree.root.tid, let start = tree.root.start else { return false }
        let thread = Thread(tid: tid, cpu: tid == 0 ? tree.root.cpu : -1)
        guard let moments = threads[thread] else { return false }
        let end = tree.root.endTime ?? start.addingSaturated(tree.root.duration ?? 0)
        threads[thread]?.lastEnd = end
        let earliest = start - min(Self.reach, start)
        let first = moments.lastEnd.map { max($0.addingSaturated(1), earliest) } ?? earliest
        // The first that is not before it.
        var (low, high) = (0, moments.times.count)
        while low < high {
            let middle = (low + high) / 2
            if moments.times[middle] < first { low = middle + 1 } else { high = middle }
        }
        return low < moments.times.count && moments.times[low] <= end
    }
}

/// Notes when the requests that were tried on a path came by their points. Used on the thread that reads the trace.
package final class PathMoments: Analyzer {
    private let analyzer: RequestAnalyzer
    private let state = State()

    private final class State {
        var take: ((Request) -> Void)?
    }

    /// Of the requests that were tried on the path.
    package private(set) var moments = RequestMoments()
    /// How many these are.
    package private(set) var requests = 0

    /// - Parameter path: its disk, device number or SCSI address.
    package init(_ path: String) {
        var filter = RequestFilter()
        filter.path = path
        analyzer = RequestAnalyzer { [state] in state.take?($0) }
        state.take = { [unowned self] request in
            guard filter.admits(request, analyzer.pathNames, origin: 0) else { return }
            moments.add(request)
            requests += 1
        }
    }

    package var interest: Interest { analyzer.interest }
    package func begin(_ trace: TraceContext) { analyzer.begin(trace) }
    package func take(_ batch: TraceBatch) throws -> Demand { try analyzer.take(batch) }

    package func finish(_ end: TraceEnd) throws {
        try analyzer.finish(end)
        moments.sort()
    }

    /// What the trace's requests come to; nil if it has none.
    package func summary(source: TraceSource) -> RequestSummary? { analyzer.summary(source: source) }
}
