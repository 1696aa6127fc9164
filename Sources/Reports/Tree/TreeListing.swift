public import GraphParser

/// Draws tree after tree, with a line for what is missing between them: lost events, and trees that a limit hides.
public struct TreeListing {
    private let renderer: TreeRenderer
    private let style: Style
    private let thresholdNs: UInt64
    private var isFirst = true
    private var hidden = (trees: 0, ns: 0 as UInt64)
    private var lost = (events: 0, uncounted: 0, cpus: Set<Int>())

    /// - Parameter thresholdNs: trees whose root was shorter, in ns, are not drawn.
    public init(_ renderer: TreeRenderer, style: Style, thresholdNs: UInt64) {
        self.renderer = renderer
        self.style = style
        self.thresholdNs = thresholdNs
    }

    /// - Returns: what is to be printed now.
    public mutating func add(_ tree: CallTree) -> String {
        if let duration = tree.root.duration, duration < thresholdNs {
            hidden.trees += 1
            hidden.ns = hidden.ns.addingSaturated(duration)
            return ""
        }
        return paragraphs([missing(), renderer.render(tree)])
    }

    /// Events were lost here; `count` is nil where the kernel has none.
    public mutating func addLoss(cpu: Int, count: Int?) {
        lost.events += count ?? 0
        lost.uncounted += count == nil ? 1 : 0
        lost.cpus.insert(cpu)
    }

    /// - Returns: what is to be printed behind the last tree.
    public mutating func finish() -> String { paragraphs([missing()]) }

    /// What was not drawn since the last tree.
    private mutating func missing() -> String {
        var lines: [String] = []
        if let loss = Figures.loss(lost.events, uncounted: lost.uncounted) {
            let cpus = lost.cpus.sorted().map(String.init).joined(separator: ", ")
            lines.append(style.dim("# ") + style.warning("EVENTS LOST: ") + loss + ", on CPU \(cpus)")
        }
        if hidden.trees > 0 {
            lines.append(
                style.dim("# \(Figures.plural(hidden.trees, "tree")) not drawn, \(Figures.duration(hidden.ns))"))
        }
        hidden = (0, 0)
        lost = (0, 0, [])
        return lines.map { $0 + "\n" }.joined()
    }

    /// With a blank line before each but the very first.
    private mutating func paragraphs(_ texts: [String]) -> String {
        texts.filter { !$0.isEmpty }.reduce(into: "") { text, next in
            if !isFirst { text += "\n" }
            isFirst = false
            text += next
        }
    }
}
