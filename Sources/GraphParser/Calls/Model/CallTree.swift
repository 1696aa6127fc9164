/// All calls below one root, in the order in which they began; an orphan stands where it ended.
public struct CallTree: Sendable {
    /// A call in its place.
    public struct Node: Sendable {
        /// The call itself.
        public let call: Call
        /// Level below the root, 0 for the root itself. The kernel's own depth may have gaps and is in `call.depth`.
        public let level: Int
    }

    /// An event that is no call, and happened inside one.
    public struct Event: Sendable {
        /// The event itself.
        public let event: TraceEvent
        /// Indices in `nodes`: of the call, and of the node that it happened before; the count if it came last.
        public let call: Int
        /// Index in `nodes` of the one that it happened before; their count if it came last.
        public let before: Int
    }

    /// The root first; a node's calls follow it, one level deeper.
    public let nodes: [Node]
    /// In the order in which they happened; empty unless asked for.
    public let events: [Event]

    /// The names of its functions and tasks.
    public let names: TraceNames

    /// The call that has no recorded caller.
    public var root: Call { nodes[0].call }

    /// True if every call of the tree is complete, and the self times add up to the root's duration.
    public var isComplete: Bool { root.isWhole }
}
