/// What an outline is of, and what is not in it: lines above it.
package struct TreeNotes {
    /// What is in it.
    package let content: String
    /// What is not.
    package let doubts: [String]

    /// All of them.
    package var lines: [String] { [content] + doubts }

    package init(_ tree: MergedTree) {
        let roots = tree.nodes.filter { $0.parent < 0 }
        content =
            "\(Figures.plural(roots.reduce(0) { $0 + $1.calls }, "complete tree")) of \(Figures.plural(roots.count, "root")), "
            + Figures.plural(tree.nodes.reduce(0) { $0 + $1.calls }, "call")
        var doubts: [String] = []
        if tree.treesInDoubt > 0 {
            let ns = tree.rootsInDoubt.values.reduce(0 as UInt64) { $0.addingSaturated($1.ns) }
            doubts.append(
                "\(Figures.plural(tree.treesInDoubt, "tree")) with calls in doubt, \(Figures.duration(ns)), "
                    + Self.notInIt(tree.treesInDoubt))
        }
        if tree.fragments > 0 {
            doubts.append(
                "\(Figures.plural(tree.fragments, "fragment")), whose first callers were not recorded, "
                    + Self.notInIt(tree.fragments))
        }
        self.doubts = doubts + Self.leftOut(tree)
    }

    package init(_ tree: CallerTree) {
        let (calls, ns) = Self.sum(tree.merged)
        content = "\(Figures.plural(calls, "complete call")), \(Figures.duration(ns)), and below them who called"
        var doubts: [String] = []
        if tree.inDoubt > 0 {
            doubts.append(
                "\(Figures.plural(tree.inDoubt, "call")) in doubt \(Self.notInIt(tree.inDoubt))"
            )
        }
        if tree.cut > 0 {
            doubts.append(
                "of \(Figures.plural(tree.cut, "call")) the first callers were not recorded: the ways are cut there")
        }
        self.doubts = doubts + Self.leftOut(tree.merged)
    }

    package init(_ tree: CalleeTree) {
        let (calls, ns) = Self.sum(tree.merged)
        content = "\(Figures.plural(calls, "complete call")), \(Figures.duration(ns)), and below them what they called"
        var doubts: [String] = []
        if tree.inDoubt > 0 {
            doubts.append(
                "\(Figures.plural(tree.inDoubt, "call")) in doubt, or with such below, \(Figures.duration(tree.inDoubtNs)), "
                    + Self.notInIt(tree.inDoubt))
        }
        if tree.nested > 0 {
            doubts.append(
                "\(Figures.plural(tree.nested, "call")) of them inside of others of them: "
                    + "there, and on the left, too")
        }
        self.doubts = doubts + Self.leftOut(tree.merged)
    }

    private static func notInIt(_ count: Int) -> String { count == 1 ? "is not in it" : "are not in it" }

    private static func sum(_ tree: MergedTree) -> (calls: Int, ns: UInt64) {
        tree.nodes.reduce((0, 0)) { $1.parent < 0 ? ($0.0 + $1.calls, $0.1.addingSaturated($1.durations.sum)) : $0 }
    }

    private static func leftOut(_ tree: MergedTree) -> [String] {
        guard tree.leftOut > 0 else { return [] }
        return [
            "more than \(Figures.count(MergedTree.maxNodes)) ways of calling: \(Figures.plural(tree.leftOut, "call")) "
                + "of others \(tree.leftOut == 1 ? "is" : "are") in no row of \(tree.leftOut == 1 ? "its" : "their") own"
        ]
    }

    // MARK: Single trees

    /// `slowest of 64 of dm_mq_queue_rq, number 17: dd-1213, CPU 1, at 43.991735, 57 calls; 812.3 us, usually 14.25 us`
    package static func title(of picked: PickedTree, _ pick: TreePick, _ survey: TreeSurvey) -> String {
        let (tree, root) = (picked.tree, picked.tree.root)
        var facts: [String] = []
        if let tid = root.tid { facts.append("\(tree.names.comm(of: tid) ?? "<...>")-\(tid)") }
        facts.append("CPU \(root.cpu)")
        if let start = root.start { facts.append("at \(TreeRenderer.seconds(start))") }
        facts.append(Figures.plural(tree.nodes.count, "call"))
        let place = survey.merged.place(of: picked.root, below: -1)
        let usual = place.map { survey.merged.nodes[$0].durations.percentiles([0.5])[0] }
        return "\(rank(picked, pick, survey)) of \(picked.root), number \(picked.number): "
            + "\(facts.joined(separator: ", ")); took \(Figures.duration(root.duration ?? 0))"
            + (usual.map { ", usually \(Figures.duration($0))" } ?? "")
    }

    private static func rank(_ picked: PickedTree, _ pick: TreePick, _ survey: TreeSurvey) -> String {
        let count = Figures.count(survey.ranks.roots[picked.root]?.count ?? 0)
        let number = picked.rank == 1 ? "" : " \(picked.rank)"
        switch pick {
        case .median: return "median of \(count)"
        case .slowest: return "slowest\(number) of \(count)"
        case .fastest: return "fastest\(number) of \(count)"
        case .number: return "one of \(count)"
        }
    }
}

extension TreeRanks {
    /// Those that are needed to pick trees.
    package init(_ pick: TreePick) {
        switch pick {
        case .slowest(let count): self.init(slowest: count)
        case .fastest(let count): self.init(fastest: count)
        case .median, .number: self.init()
        }
    }
}
