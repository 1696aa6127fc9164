/// All calls below one root, in the order in which they began; an orphan stands where it ended.
public struct CallTree: Sendable {
    public struct Node: Sendable {
        public let call: Call
        /// Level below the root, 0 for the root itself. The kernel's own depth may have gaps and is in `call.depth`.
        public let level: Int
    }

    /// An event that is no call, and happened inside one.
    public struct Event: Sendable {
        public let event: TraceEvent
        /// Indices in `nodes`: of the call, and of the node that it happened before; the count if it came last.
        public let call: Int
        public let before: Int
    }

    /// The root first; a node's calls follow it, one level deeper.
    public let nodes: [Node]
    /// In the order in which they happened; empty unless asked for.
    public let events: [Event]

    /// The names of its functions and tasks.
    public let names: TraceNames

    public var root: Call { nodes[0].call }

    /// True if every call of the tree is complete, and the self times add up to the root's duration.
    public var isComplete: Bool { root.isWhole }
}
