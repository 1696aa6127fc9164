public import GraphParser

/// Draws a ``CallTree`` as function_graph text does, with the layers coloured.
///
/// What the limits hide is summed up where it would stand: nothing disappears unsaid.
public struct TreeRenderer {
    public struct Limits: Sendable {
        /// Levels to draw; nil draws all.
        public var depth: Int?
        /// Calls shorter than this, in ns, are not drawn. Calls of unknown duration are.
        public var thresholdNs: UInt64

        public init(depth: Int? = nil, thresholdNs: UInt64 = 0) {
            self.depth = depth
            self.thresholdNs = thresholdNs
        }
    }

    private let names: TraceNames
    private let map: LayerMap
    private let style: Style
    private let limits: Limits

    public init(names: TraceNames, map: LayerMap, style: Style, limits: Limits) {
        self.names = names
        self.map = map
        self.style = style
        self.limits = limits
    }

    /// The tree with a line of its own in front that says whose it is.
    public func render(_ tree: CallTree) -> String {
        var lines = [title(tree)]
        draw(Drawing(tree), at: 0, into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private func title(_ tree: CallTree) -> String {
        let root = tree.root
        var facts: [String] = []
        if let tid = root.tid { facts.append("\(names.comms[tid] ?? "<...>")-\(tid)") }
        if let start = root.start { facts.append("at \(seconds(start))") }
        facts.append(Figures.plural(tree.nodes.count, "call"))
        if !tree.others.isEmpty { facts.append(Figures.plural(tree.others.count, "other event")) }
        if !tree.isComplete { facts.append(style.warning("partial")) }
        return style.dim("# ") + facts.joined(separator: ", ")
    }

    // MARK: Calls

    /// A tree, and for each call with other events in it these.
    private struct Drawing {
        let nodes: [CallTree.Node]
        let others: [Int: [CallTree.Other]]

        init(_ tree: CallTree) {
            nodes = tree.nodes
            others = Dictionary(grouping: tree.others, by: \.call)
        }
    }

    /// Draws the call at `index` and what is below it; returns the index behind its last call.
    @discardableResult
    private func draw(_ tree: Drawing, at index: Int, into lines: inout [String]) -> Int {
        let node = tree.nodes[index]
        let end = self.end(of: index, in: tree)
        if end == index + 1 && tree.others[index] == nil && node.call.confidence != .lossy {
            lines.append(leaf(node))
            return end
        }
        lines.append(line(node.call.cpu, nil, node.level, colored(node.call) + "() {" + openNote(node.call)))
        drawCalls(below: index, end: end, tree, into: &lines)
        if node.call.confidence != .open {
            let end = "}" + endName(node.call) + lossNote(node.call)
            lines.append(line(node.call.exitCPU, node.call.duration, node.level, end))
        }
        return end
    }

    private func drawCalls(below index: Int, end: Int, _ tree: Drawing, into lines: inout [String]) {
        var hidden = Hidden()
        var others = (tree.others[index] ?? [])[...]
        var next = index + 1
        while next < end {
            draw(&others, before: next, below: tree.nodes[index], &hidden, into: &lines)
            if isHidden(tree.nodes[next]) {
                let behind = self.end(of: next, in: tree)
                hidden.add(tree.nodes[next].call, calls: behind - next)
                for inside in next..<behind { hidden.others += tree.others[inside]?.count ?? 0 }
                next = behind
            } else {
                note(&hidden, below: tree.nodes[index], into: &lines)
                next = draw(tree, at: next, into: &lines)
            }
        }
        draw(&others, before: end, below: tree.nodes[index], &hidden, into: &lines)
        note(&hidden, below: tree.nodes[index], into: &lines)
    }

    /// Draws the events that happened inside a call and before the node at `next`.
    private func draw(
        _ others: inout ArraySlice<CallTree.Other>, before next: Int, below node: CallTree.Node,
        _ hidden: inout Hidden, into lines: inout [String]
    ) {
        while let other = others.first, other.before <= next {
            others.removeFirst()
            if let depth = limits.depth, node.level + 1 >= depth {
                hidden.others += 1
                continue
            }
            note(&hidden, below: node, into: &lines)
            let event = other.event
            let text = [event.name, event.text].filter { !$0.isEmpty }.joined(separator: ": ")
            lines.append(line(event.cpu, nil, node.level + 1, style.dim("/* \(text) */")))
        }
    }

    private func end(of index: Int, in tree: Drawing) -> Int {
        var next = index + 1
        while next < tree.nodes.count, tree.nodes[next].level > tree.nodes[index].level { next += 1 }
        return next
    }

    private func isHidden(_ node: CallTree.Node) -> Bool {
        if let depth = limits.depth, node.level >= depth { return true }
        return node.call.duration.map { $0 < limits.thresholdNs } ?? false
    }

    private func note(_ hidden: inout Hidden, below node: CallTree.Node, into lines: inout [String]) {
        guard hidden.calls + hidden.others > 0 else { return }
        var parts: [String] = []
        if hidden.others > 0 { parts.append("\(Figures.plural(hidden.others, "other event")) not drawn") }
        if hidden.calls > 0 {
            parts.append("\(Figures.plural(hidden.calls, "call")) not drawn, \(Figures.duration(hidden.ns))")
        }
        let text = "/* \(parts.joined(separator: "; ")) */"
        lines.append(line(node.call.cpu, nil, node.level + 1, style.dim(text)))
        hidden = Hidden()
    }

    private struct Hidden {
        var calls = 0
        var ns: UInt64 = 0
        var others = 0

        mutating func add(_ call: Call, calls: Int) {
            self.calls += calls
            ns = ns.addingSaturated(call.duration ?? call.childrenNs)
        }
    }

    // MARK: Lines

    private func leaf(_ node: CallTree.Node) -> String {
        let call = node.call
        let name = colored(call)
        let body =
            switch call.confidence {
            case .complete, .lossy: name + "();"
            case .open: name + "() {" + openNote(call)
            case .orphan: "} /* \(name): no entry recorded */"
            }
        return line(call.cpu, call.duration, node.level, body)
    }

    private func openNote(_ call: Call) -> String {
        call.confidence == .open ? style.warning(" /* no exit recorded */") : ""
    }

    /// As the kernel does, an end says its function where its CPU is not that of the entry.
    private func endName(_ call: Call) -> String {
        call.exitCPU == call.cpu ? "" : style.dim(" /* \(names[call.function]) */")
    }

    private func lossNote(_ call: Call) -> String {
        call.confidence == .lossy ? style.warning(" /* events lost inside */") : ""
    }

    private func line(_ cpu: Int, _ duration: UInt64?, _ level: Int, _ body: String) -> String {
        let cell = duration.map(Figures.kernelDuration) ?? String(repeating: " ", count: 12)
        let indent = String(repeating: "  ", count: level)
        return "\(padLeft(String(cpu), 3))) \(cell)  |  \(indent)\(body)"
    }

    private func colored(_ call: Call) -> String {
        let function = names[call.function]
        let layer = map.layers[map.layer(of: function)]
        return style.layer(layer, function.description)
    }

    private func seconds(_ ns: UInt64) -> String {
        let micros = String(ns / 1000 % 1_000_000)
        return "\(ns / 1_000_000_000)." + String(repeating: "0", count: 6 - micros.count) + micros
    }
}
