public import GraphParser

/// Draws tree after tree, with a line for what is missing between them: lost events, and trees that a limit hides.
public struct TreeListing {
    private var renderer: TreeRenderer
    private let style: Style
    private let thresholdNs: UInt64
    private var isFirst = true
    private var hidden = (trees: 0, ns: 0 as UInt64)
    private var lost = (events: 0, uncounted: 0, cpus: Set<Int>())

    /// - Parameters:
    ///   - renderer: draws each tree.
    ///   - style: how what stands between them can look.
    ///   - thresholdNs: trees whose root was shorter, in ns, are not drawn.
    public init(_ renderer: TreeRenderer, style: Style, thresholdNs: UInt64) {
        self.renderer = renderer
        self.style = style
        self.thresholdNs = thresholdNs
    }

    /// Appends to `text` what is to be printed now.
    public mutating func add(_ tree: CallTree, to text: inout [UInt8]) {
        if let duration = tree.root.duration, duration < thresholdNs {
            hidden.trees += 1
            hidden.ns = hidden.ns.addingSaturated(duration)
            return
        }
        addMissing(to: &text)
        separate(&text)
        renderer.render(tree, into: &text)
    }

    /// Events were lost here; `count` is nil where the kernel has none.
    public mutating func addLoss(cpu: Int, count: Int?) {
        lost.events += count ?? 0
        lost.uncounted += count == nil ? 1 : 0
        lost.cpus.insert(cpu)
    }

    /// Appends to `text` what is to be printed behind the last tree.
    public mutating func finish(_ text: inout [UInt8]) { addMissing(to: &text) }

    /// What was not drawn since the last tree.
    private mutating func addMissing(to text: inout [UInt8]) {
        guard hidden.trees > 0 || !lost.cpus.isEmpty else { return }
        separate(&text)
        if let loss = Figures.loss(lost.events, uncounted: lost.uncounted) {
            let cpus = lost.cpus.sorted().map(String.init).joined(separator: ", ")
            text.append(style.dim("# ") + style.warning("EVENTS LOST: ") + loss + ", on CPU \(cpus)\n")
        }
        if hidden.trees > 0 {
            text.append(
                style.dim("# \(Figures.plural(hidden.trees, "tree")) not drawn, \(Figures.duration(hidden.ns))") + "\n")
        }
        hidden = (0, 0)
        lost = (0, 0, [])
    }

    /// A blank line between two parts.
    private mutating func separate(_ text: inout [UInt8]) {
        if !isFirst { text.append(UInt8(ascii: "\n")) }
        isFirst = false
    }
}
