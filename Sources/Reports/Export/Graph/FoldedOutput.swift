import GraphParser

/// All trees merged into stacks, a line each: what flamegraph.pl, inferno and speedscope read.
///
/// `root;a;b 1234` says that 1234 ns were spent in `b` itself where `a` had called it and the root `a`. All lines together are the time of
/// all complete trees.
struct FoldedOutput: OutputFormat {
    let name = "folded"
    let help = "stacks of the merged trees with their self time in ns, for flamegraph.pl, inferno and speedscope"
    let needsSummary = false
    let needsMergedTree = true

    func render(_ results: OutputResults, to sink: OutputSink) throws {
        let tree = results.mergedTree
        let frames = Frames(results.names)
        for (index, node) in tree.nodes.enumerated() {
            try write(node.selves.sum, of: index, tree, frames, to: sink)
            try write(node.further.selfNs, of: index, tree, frames, below: true, to: sink)
        }
        guard tree.further.selfNs > 0 else { return }
        try sink.write("\(Frames.further) \(tree.further.selfNs)\n")
    }

    func omissions(_ results: OutputResults) -> [String] { results.mergedTree.omissions }

    /// - Parameter below: whether it is the time of calls that it made and that have no node.
    private func write(
        _ ns: UInt64, of index: Int, _ tree: MergedTree, _ frames: Frames, below: Bool = false, to sink: OutputSink
    ) throws {
        guard ns > 0 else { return }
        var stack: [FunctionID] = []
        var place = index
        while place >= 0 {
            stack.append(tree.nodes[place].function)
            place = tree.nodes[place].parent
        }
        for function in stack.reversed() {
            sink.bytes += frames.name(of: function).utf8
            sink.bytes.append(UInt8(ascii: ";"))
        }
        if below { sink.bytes += Frames.further.utf8 } else { sink.bytes.removeLast() }
        sink.bytes.append(UInt8(ascii: " "))
        sink.bytes += String(ns).utf8
        sink.bytes.append(UInt8(ascii: "\n"))
        try sink.pass()
    }

    /// Functions as frames, each escaped once.
    private final class Frames {
        private let names: TraceNames
        private var known: [FunctionID: String] = [:]

        static let further = escaped(MergedTree.furtherName)

        init(_ names: TraceNames) { self.names = names }

        func name(of function: FunctionID) -> String {
            if let name = known[function] { return name }
            let name = Self.escaped(names[function].baseName)
            known[function] = name
            return name
        }

        /// What separates frames, and what separates the last one from its number, as ``printable(_:)`` would show it: `\x3b`.
        private static func escaped(_ name: String) -> String {
            name.unicodeScalars.reduce(into: "") { text, scalar in
                switch scalar {
                case ";": text += #"\x3b"#
                case " ": text += #"\x20"#
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
