/// Calls that are new, gone, or made another number of times, and what that may mean.
struct Changes {
    private struct Change {
        let node: Int
        let base: CallCounts?
        let head: CallCounts?
        let isNew: Bool
        let isGone: Bool
    }

    private let forest: CallForest
    private var changes: [Change] = []
    private var byParent: [Int?: [Int]] = [:]

    init(_ forest: CallForest) { self.forest = forest }

    mutating func add(_ node: Int, _ base: CallCounts, _ head: CallCounts) {
        add(Change(node: node, base: base, head: head, isNew: base.most == 0, isGone: head.most == 0))
    }

    mutating func addRoot(_ node: Int, isNew: Bool) {
        add(Change(node: node, base: nil, head: nil, isNew: isNew, isGone: !isNew))
    }

    private mutating func add(_ change: Change) {
        byParent[forest.nodes[change.node].parent, default: []].append(changes.count)
        changes.append(change)
    }

    /// `dm_mq_queue_rq → multipath_clone_and_map → ktime_get`
    static func name(_ way: [String]) -> String { way.joined(separator: " → ") }

    // MARK: What is said

    func findings(_ policy: Policy) -> [Finding] {
        var explained: Set<Int> = []
        var findings: [Finding] = []
        for gone in changes where gone.isGone && gone.base != nil && !explained.contains(gone.node) {
            guard let (found, parts) = renamed(gone, besides: explained) ?? inlined(gone) else { continue }
            explained.formUnion(parts)
            findings.append(found)
        }
        for new in changes where new.isNew && new.head != nil && !explained.contains(new.node) {
            guard let (found, parts) = outlined(new, besides: explained) else { continue }
            explained.formUnion(parts)
            findings.append(found)
        }
        for change in changes where !explained.contains(change.node) { findings.append(finding(change, policy)) }
        return findings
    }

    private func finding(_ change: Change, _ policy: Policy) -> Finding {
        let node = forest.nodes[change.node]
        let way = forest.way(to: change.node)
        let kind = policy.classes.name(of: node.function)
        let isFast = change.isNew && kind != nil
            && way.contains { function in policy.shape.fast.contains { Glob.matches(function, $0) } }
        let rule: Finding.Rule = isFast ? .fastPath : change.isNew ? .newCall : change.isGone ? .vanishedCall : .fanOut
        var effect: Finding.Effect?
        if let base = change.base, let head = change.head {
            effect = .init(base: base.rate, head: head.rate, change: head.rate - base.rate, tolerance: 0)
        }
        return Finding(rule, Self.name(way), .worse, text(change, node, kind: kind), effect: effect, way: way)
    }

    private func text(_ change: Change, _ node: CallForest.Node, kind: String?) -> String {
        guard let parent = node.parent.map({ forest.nodes[$0] }), let base = change.base, let head = change.head else {
            return change.isNew ? "\(node.function) is called, which it was not" : "\(node.function) is no longer called"
        }
        let crossing = parent.layer == node.layer ? "" : ", from \(parent.layer) into \(node.layer)"
        let what = kind.map { " (\($0))" } ?? ""
        let below = descendants(change.node)
        let more = below == 0 ? "" : ", with \(below) \(below == 1 ? "way" : "ways") of calling below it"
        if change.isNew { return "\(parent.function) calls \(node.function)\(what), which it did not\(crossing): \(head.text) each time\(more)" }
        if change.isGone { return "\(parent.function) no longer calls \(node.function)\(what)\(crossing)\(more)" }
        return "\(parent.function) calls \(node.function)\(what) \(head.text) times\(crossing), not \(base.text)"
    }

    /// A caller stands before its calls.
    private func descendants(_ node: Int) -> Int {
        let depth = forest.nodes[node].depth
        return forest.nodes[(node + 1)...].prefix { $0.depth > depth }.count
    }

    /// The other changes of what its caller calls.
    private func siblings(_ change: Change) -> [Change] {
        (byParent[forest.nodes[change.node].parent] ?? []).map { changes[$0] }
    }

    // MARK: What may be the same under another name

    /// A function that is gone, and one in its place that is called as often and does the same.
    private func renamed(_ gone: Change, besides: Set<Int>) -> (Finding, [Int])? {
        let node = forest.nodes[gone.node]
        let candidates = siblings(gone).filter {
            $0.isNew && !besides.contains($0.node) && $0.head?.fewest == gone.base?.fewest && $0.head?.most == gone.base?.most
                && forest.nodes[$0.node].layer == node.layer
        }
        let alike = candidates.filter { isAlike(gone.node, $0.node) }
        guard alike.count == 1, let new = alike.first else { return nil }
        let (old, name) = (node.function, forest.nodes[new.node].function)
        let way = forest.way(to: gone.node)
        return (
            Finding(
                .vanishedCall, Self.name(way), .worse,
                "\(old) is gone, and \(name) is in its place: probably renamed ('same \(old) \(name)' in the aliases)", way: way),
            [gone.node, new.node]
        )
    }

    /// Whether two call mostly the same; of two that call nothing, whether their names are alike.
    private func isAlike(_ left: Int, _ right: Int) -> Bool {
        let names = [left, right].map { node in Set(forest.nodes[node].children.map { forest.nodes[$0].function }) }
        if names[0].isEmpty && names[1].isEmpty {
            return Self.areNamesAlike(forest.nodes[left].function, forest.nodes[right].function)
        }
        return names[0].intersection(names[1]).count * 2 >= names[0].union(names[1]).count
    }

    /// Whether the words of one name are those of the other, but for one or two.
    private static func areNamesAlike(_ left: String, _ right: String) -> Bool {
        let (one, other) = (Set(left.split(separator: "_")), Set(right.split(separator: "_")))
        return one.intersection(other).count * 2 >= max(one.count, other.count)
    }

    /// A function that is gone, and whose calls its caller now makes.
    private func inlined(_ gone: Change) -> (Finding, [Int])? {
        let node = forest.nodes[gone.node]
        let callees = Set(node.children.map { forest.nodes[$0].function })
        let moved = siblings(gone).filter { $0.isNew && callees.contains(forest.nodes[$0.node].function) }
        guard !callees.isEmpty, moved.count * 2 >= callees.count, let parent = node.parent else { return nil }
        let way = forest.way(to: gone.node)
        return (
            Finding(
                .vanishedCall, Self.name(way), .worse,
                "\(node.function) is gone, and \(forest.nodes[parent].function) makes its calls: probably inlined "
                    + "('inlined \(node.function)' in the aliases)", way: way),
            [gone.node] + moved.map(\.node)
        )
    }

    /// A function that is new, and makes the calls that its caller made.
    private func outlined(_ new: Change, besides: Set<Int>) -> (Finding, [Int])? {
        let node = forest.nodes[new.node]
        let callees = Set(node.children.map { forest.nodes[$0].function })
        let moved = siblings(new).filter {
            $0.isGone && !besides.contains($0.node) && callees.contains(forest.nodes[$0.node].function)
        }
        guard !callees.isEmpty, moved.count * 2 >= callees.count, let parent = node.parent else { return nil }
        let way = forest.way(to: new.node)
        return (
            Finding(
                .newCall, Self.name(way), .worse,
                "\(node.function) is new, and makes calls that \(forest.nodes[parent].function) made: probably no longer inlined "
                    + "('inlined \(node.function)' in the aliases)", way: way),
            [new.node] + moved.map(\.node)
        )
    }
}
