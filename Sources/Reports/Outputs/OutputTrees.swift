import GraphParser

/// The trees of a pass: put together once, for all outputs that want each of them or all of them merged.
final class OutputTrees: Analyzer {
    private let assembler: TreeAssembler
    private let state: State

    private final class State {
        let takers: [any TreeTaker]
        var merged: MergedTree?
        var count = 0

        init(_ takers: [any TreeTaker], _ merged: MergedTree?) { (self.takers, self.merged) = (takers, merged) }

        func take(_ tree: CallTree) throws {
            count += 1
            for taker in takers { try taker.take(tree, number: count) }
            merged?.add(tree)
        }
    }

    /// - Parameter merges: whether ``merged`` is wanted.
    init(_ takers: [any TreeTaker], merges: Bool) {
        state = State(takers, merges ? MergedTree() : nil)
        assembler = TreeAssembler(onTree: state.take)
    }

    /// All calls.
    var interest: Interest { assembler.interest }
    /// The pass begins.
    func begin(_ trace: TraceContext) { assembler.begin(trace) }
    /// Takes what has happened.
    func take(_ batch: TraceBatch) throws -> Demand { try assembler.take(batch) }

    /// All complete trees in one, as far as they have ended; nil unless wanted.
    var merged: MergedTree? { state.merged }
}
