public import GraphParser

/// Finds the call trees in which a request came by its points: a second pass over the trace that the request is of.
///
/// A tree is the request's if one of its points lies in it, or if it begins right behind one in the same task: a probe at the function
/// at which a tree begins is hit before the tree begins. What else the task did in the same tree is in it, too. Used on the thread that
/// reads the trace.
public final class RequestTrees: Analyzer {
    private struct Moment {
        let ns: UInt64
        let tid: Int32
        /// Of idle tasks, of which each CPU has one, and all are 0; nil of others.
        let idleCPU: Int?
        /// The first tree behind it, if none contains it.
        var next: CallTree?
        var isInside = false
    }

    /// A tree that begins later than this behind a point is another's, in ns.
    private static let reach: UInt64 = 1_000_000

    private var moments: [Moment]
    private var inside: [CallTree] = []
    private let assembler: TreeAssembler
    private let state = State()

    private final class State {
        var take: ((CallTree) -> Void)?
    }

    /// - Parameters:
    ///   - request: whose trees are wanted.
    ///   - events: names of the events that the trees are to have beside calls.
    public init(_ request: Request, events: [String] = []) {
        moments = request.stages.compactMap { stage in
            stage.tid.map { Moment(ns: stage.startNs, tid: $0, idleCPU: $0 == 0 ? stage.cpu : nil) }
        }
        // Where an idle task ended it, it had it before, too.
        if let tid = request.endTid, tid != 0 {
            moments.append(Moment(ns: request.startNs &+ request.latencyNs, tid: tid, idleCPU: nil))
        }
        assembler = TreeAssembler(events: events) { [state] in state.take?($0) }
        state.take = { [unowned self] in take($0) }
    }

    /// Calls, and what was asked for.
    public var interest: Interest { assembler.interest }
    /// The pass begins.
    public func begin(_ trace: TraceContext) { assembler.begin(trace) }
    /// Takes what has happened.
    public func take(_ batch: TraceBatch) throws -> Demand { try assembler.take(batch) }

    private func take(_ tree: CallTree) {
        guard let tid = tree.root.tid, let start = tree.root.start else { return }
        let end = tree.root.endTime ?? start.addingSaturated(tree.root.duration ?? 0)
        var isHere = false
        for index in moments.indices where moments[index].tid == tid {
            if let cpu = moments[index].idleCPU, cpu != tree.root.cpu { continue }
            let ns = moments[index].ns
            if start <= ns && ns <= end {
                moments[index].isInside = true
                isHere = true
            } else if start > ns, start - ns <= Self.reach, moments[index].next?.root.start.map({ start < $0 }) ?? true
            {
                moments[index].next = tree
            }
        }
        if isHere { inside.append(tree) }
    }

    /// The trees, in the order in which they began.
    public var trees: [CallTree] {
        var trees = inside
        for moment in moments where !moment.isInside {
            guard let next = moment.next, isNext(next, behind: moment) else { continue }
            if !trees.contains(where: { $0.root.start == next.root.start && $0.root.tid == next.root.tid }) {
                trees.append(next)
            }
        }
        return trees.sorted { ($0.root.start ?? 0) < ($1.root.start ?? 0) }
    }

    /// Whether no other of the request's points lies between in the task: then that one's tree is meant.
    private func isNext(_ tree: CallTree, behind moment: Moment) -> Bool {
        !moments.contains { other in
            other.tid == moment.tid && other.ns > moment.ns && other.ns < (tree.root.start ?? 0)
        }
    }
}
