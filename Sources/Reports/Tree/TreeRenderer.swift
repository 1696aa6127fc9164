public import GraphParser

/// Draws a `CallTree` as function_graph text does, with the layers coloured.
///
/// What the limits hide is summed up where it would stand: nothing disappears unsaid.
public struct TreeRenderer {
    /// What of a tree is drawn.
    public struct Limits: Sendable {
        /// Levels to draw; nil draws all.
        public var depth: Int?
        /// Calls shorter than this, in ns, are not drawn. Calls of unknown duration are.
        public var thresholdNs: UInt64

        /// Draws all, unless told otherwise.
        ///
        /// - Parameters:
        ///   - depth: levels to draw; nil draws all.
        ///   - thresholdNs: the shortest duration that is drawn, in ns.
        public init(depth: Int? = nil, thresholdNs: UInt64 = 0) {
            self.depth = depth
            self.thresholdNs = thresholdNs
        }
    }

    private let map: LayerMap
    private let style: Style
    private let limits: Limits
    /// By function: its name in its layer's colour; empty until it is drawn.
    private var shown: [[UInt8]] = []

    /// Those of the trees' trace.
    private var names = TraceNames()

    /// - Parameters:
    ///   - map: tells the layers, and with them the colours.
    ///   - style: how the output can look.
    ///   - limits: what of each tree is drawn.
    public init(map: LayerMap, style: Style, limits: Limits) {
        self.map = map
        self.style = style
        self.limits = limits
    }

    /// Appends the tree to `text`, with a line of its own in front that says whose it is.
    public mutating func render(_ tree: CallTree, into text: inout [UInt8]) {
        names = tree.names
        text.append(title(tree))
        draw(Drawing(tree), at: 0, into: &text)
    }

    private func title(_ tree: CallTree) -> String {
        let root = tree.root
        var parts: [String] = []
        if let tid = root.tid { parts.append("\(names.comm(of: tid) ?? "<...>")-\(tid)") }
        if let start = root.start { parts.append("at \(Self.seconds(start))") }
        parts.append(Figures.plural(tree.nodes.count, "call"))
        if !tree.events.isEmpty { parts.append(Figures.plural(tree.events.count, "other event")) }
        if root.isFragment { parts.append(style.warning("fragment")) }
        if root.isHollow { parts.append(style.warning("hollow")) }
        if !tree.isComplete { parts.append(style.warning("partial")) }
        return style.dim("# ") + parts.joined(separator: ", ") + "\n"
    }

    static func seconds(_ ns: UInt64) -> String {
        let micros = String(ns / 1000 % 1_000_000)
        return "\(ns / 1_000_000_000)." + String(repeating: "0", count: 6 - micros.count) + micros
    }

    // MARK: Calls

    /// A tree, for each call the index behind its last call below, and for each with events in it these.
    private struct Drawing {
        let nodes: [CallTree.Node]
        let ends: [Int]
        let events: [Int: [CallTree.Event]]

        init(_ tree: CallTree) {
            nodes = tree.nodes
            ends = Self.ends(tree.nodes)
            events = tree.events.isEmpty ? [:] : Dictionary(grouping: tree.events, by: \.call)
        }

        private static func ends(_ nodes: [CallTree.Node]) -> [Int] {
            var ends = [Int](repeating: nodes.count, count: nodes.count)
            var open: [Int] = []
            for index in nodes.indices {
                while let last = open.last, nodes[last].level >= nodes[index].level {
                    ends[last] = index
                    open.removeLast()
                }
                open.append(index)
            }
            return ends
        }
    }

    /// Draws the call at `index` and what is below it; returns the index behind its last call.
    @discardableResult
    private mutating func draw(_ tree: Drawing, at index: Int, into text: inout [UInt8]) -> Int {
        let node = tree.nodes[index]
        let end = tree.ends[index]
        if end == index + 1 && (tree.events.isEmpty || tree.events[index] == nil)
            && node.call.confidence != .lossy && !node.call.isHollow
        {
            leaf(node, into: &text)
            return end
        }
        begin(node.call.cpu, nil, node.level, into: &text)
        name(node.call, into: &text)
        text.append("() {" as StaticString)
        text.append(openNote(node.call))
        text.append(UInt8(ascii: "\n"))
        drawCalls(below: index, end: end, tree, into: &text)
        if node.call.confidence != .open {
            begin(node.call.exitCPU, node.call.duration, node.level, into: &text)
            text.append(UInt8(ascii: "}"))
            text.append(endName(node.call) + lossNote(node.call))
            text.append(UInt8(ascii: "\n"))
        }
        return end
    }

    private mutating func drawCalls(below index: Int, end: Int, _ tree: Drawing, into text: inout [UInt8]) {
        var hidden = Hidden()
        var events = tree.events.isEmpty ? [] : (tree.events[index] ?? [])[...]
        var next = index + 1
        while next < end {
            draw(&events, before: next, below: tree.nodes[index], &hidden, into: &text)
            if isHidden(tree.nodes[next]) {
                let behind = tree.ends[next]
                hidden.add(tree.nodes[next].call, calls: behind - next)
                if !tree.events.isEmpty {
                    for inside in next..<behind { hidden.events += tree.events[inside]?.count ?? 0 }
                }
                next = behind
            } else {
                note(&hidden, below: tree.nodes[index], into: &text)
                next = draw(tree, at: next, into: &text)
            }
        }
        draw(&events, before: end, below: tree.nodes[index], &hidden, into: &text)
        note(&hidden, below: tree.nodes[index], into: &text)
    }

    /// Draws the events that happened inside a call and before the node at `next`.
    private func draw(
        _ events: inout ArraySlice<CallTree.Event>, before place: Int, below node: CallTree.Node,
        _ hidden: inout Hidden, into text: inout [UInt8]
    ) {
        while let next = events.first, next.before <= place {
            events.removeFirst()
            if let depth = limits.depth, node.level + 1 >= depth {
                hidden.events += 1
                continue
            }
            note(&hidden, below: node, into: &text)
            let event = next.event
            remark(
                [event.name, event.text].filter { !$0.isEmpty }.joined(separator: ": "), event.cpu, node, into: &text)
        }
    }

    private func isHidden(_ node: CallTree.Node) -> Bool {
        if let depth = limits.depth, node.level >= depth { return true }
        return node.call.duration.map { $0 < limits.thresholdNs } ?? false
    }

    private func note(_ hidden: inout Hidden, below node: CallTree.Node, into text: inout [UInt8]) {
        guard hidden.calls + hidden.events > 0 else { return }
        var parts: [String] = []
        if hidden.events > 0 { parts.append("\(Figures.plural(hidden.events, "other event")) not drawn") }
        if hidden.calls > 0 {
            parts.append("\(Figures.plural(hidden.calls, "call")) not drawn, \(Figures.duration(hidden.ns))")
        }
        remark(parts.joined(separator: "; "), node.call.cpu, node, into: &text)
        hidden = Hidden()
    }

    private struct Hidden {
        var calls = 0
        var ns: UInt64 = 0
        var events = 0

        mutating func add(_ call: Call, calls: Int) {
            self.calls += calls
            ns = ns.addingSaturated(call.duration ?? call.childrenNs)
        }
    }

    // MARK: Lines

    private mutating func leaf(_ node: CallTree.Node, into text: inout [UInt8]) {
        let call = node.call
        begin(call.cpu, call.duration, node.level, into: &text)
        if call.confidence == .orphan { text.append("} /* " as StaticString) }
        name(call, into: &text)
        switch call.confidence {
        case .complete, .lossy: text.append("();" as StaticString)
        case .open: text.append("() {" + openNote(call))
        case .orphan: text.append(": no entry recorded */" as StaticString)
        }
        text.append(UInt8(ascii: "\n"))
    }

    private func openNote(_ call: Call) -> String {
        call.confidence == .open ? style.warning(" /* no exit recorded */") : ""
    }

    /// As the kernel does, an end says its function where its CPU is not that of the entry.
    private func endName(_ call: Call) -> String {
        call.exitCPU == call.cpu ? "" : style.dim(" /* \(names[call.function]) */")
    }

    private func lossNote(_ call: Call) -> String {
        if call.isHollow { return style.warning(" /* the rest of it was not recorded */") }
        return call.confidence == .lossy ? style.warning(" /* events lost inside */") : ""
    }

    /// A line that is no call, inside the call of `node`.
    private func remark(_ remark: String, _ cpu: Int, _ node: CallTree.Node, into text: inout [UInt8]) {
        begin(cpu, nil, node.level + 1, into: &text)
        text.append(style.dim("/* \(remark) */") + "\n")
    }

    /// A line up to where the call stands.
    private func begin(_ cpu: Int, _ duration: UInt64?, _ level: Int, into text: inout [UInt8]) {
        text.appendSpaces(cpu < 10 ? 2 : cpu < 100 ? 1 : 0)
        text.appendDecimal(UInt64(cpu))
        text.append(") " as StaticString)
        if let duration { text.appendKernelDuration(duration) } else { text.appendSpaces(12) }
        text.append("  |  " as StaticString)
        text.appendSpaces(2 * level)
    }

    /// The function's name, whose layer is looked up once.
    private mutating func name(_ call: Call, into text: inout [UInt8]) {
        let index = Int(call.function.index)
        while shown.count <= index { shown.append([]) }
        if shown[index].isEmpty {
            let function = names[call.function]
            let layer = map.layers[map.layer(of: function)]
            shown[index] = Array(style.layer(layer, function.description).utf8)
        }
        text += shown[index]
    }
}
