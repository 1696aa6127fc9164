import GraphParser

/// An output's analyzer that takes each request of the trace, too. The pass joins requests once, for all outputs.
protocol RequestTaker: Analyzer {
    /// Takes a request that was joined; called in the order in which requests ended, each within the `take(_:)` of its batch or, for the
    /// last ones, before `finish(_:)`.
    ///
    /// - Parameter names: what the devices are called, as far as the trace has told by now.
    /// - Throws: what ends the pass.
    func take(_ request: Request, _ names: PathNames) throws
}

/// An output's analyzer that takes each tree of calls, too. The pass puts them together once, for all outputs, and holds those of the
/// roots that are open.
///
/// Every call of a trace is in one tree: what has no caller, a fragment and an orphan among them, is a root.
protocol TreeTaker: Analyzer {
    /// Takes a tree, when its root has ended.
    ///
    /// - Parameter number: of the tree, from 1; the same in every export of the trace.
    /// - Throws: what ends the pass.
    func take(_ tree: CallTree, number: Int) throws
}
