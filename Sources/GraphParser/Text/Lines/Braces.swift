/// How deep calls are in a text that has lost its blanks: their braces tell.
struct Braces: Sendable {
    private var open: [TaskKey: UInt16] = [:]

    /// The depth of a call's line. An end too many is at depth 0.
    mutating func depth(of event: GraphEvent) -> UInt16 {
        let depth = open[event.task] ?? 0
        switch event.kind {
        case .entry:
            open[event.task] = min(depth + 1, UInt16(Limits.depth))
            return depth
        case .exit:
            let own = depth == 0 ? 0 : depth - 1
            open[event.task] = own
            return own
        default: return depth
        }
    }
}
