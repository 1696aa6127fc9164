/// Calls that are new, gone, or made another number of times, and what that may mean.
struct Changes {
    private struct Change {
        let node: Int
        let base: CallCounts?
        let head: CallCounts?
        let isNew: Bool
        let isGone: Bool
        /// Whether there are calls enough to say so.
        let isSure: Bool
    }

    private let forest: CallForest
    private var changes: [Change] = []
    private var byParent: [Int?: [Int]] = [:]

    init(_ forest: CallForest) { self.forest = forest }

    mutating func add(_ node: Int, _ base: CallCounts, _ head: CallCounts, isSure: Bool) {
        add(Change(node: node, base: base, head: head, isNew: base.most == 0, isGone: head.most == 0, isSure: isSure))
    }

    mutating func addRoot(_ node: Int, isNew: Bool, isSure: Bool) {
        add(Change(node: node, base: nil, head: nil, isNew: isNew, isGone: !isNew, isSure: isSure))
    }

    private mutating func add(_ change: Change) {
        byParent[forest.nodes[change.node].parent, default: []].append(changes.count)
        changes.append(change)
    }

    /// `dm_mq_queue_rq → multipath_clone_and_map → ktime_get`
    static func name(_ way: [String]) -> String { way.joined(separator: " → ") }

    // MARK: What is said

    /// Changes that another name, or a function that is in its caller, would explain.
    struct Suggestion {
        let alias: Aliases.Line
        let finding: Finding
    }

    /// Each change in one of them at most.
    func suggestions() -> [Suggestion] {
        var explained: Set<Int> = []
        var suggestions: [Suggestion] = []
        for change in changes where change.head != nil && change.isSure && !explained.contains(change.node) {
            let found =
                change.isGone
                ? renamed(change, besides: explained) ?? inlined(change)
                : change.isNew ? outlined(change, besides: explained) : nil
            guard let (suggestion, parts) = found else { continue }
            explained.formUnion(parts)
            suggestions.append(suggestion)
        }
        return suggestions
    }

    /// Each change by itself.
    func findings(_ policy: Policy) -> [Finding] { changes.map { finding($0, policy) } }

    private func finding(_ change: Change, _ policy: Policy) -> Finding {
        let node = forest.nodes[change.node]
        let way = forest.way(to: change.node)
        let kind = policy.classes.name(of: node.function)
        let isFast =
            change.isNew && kind != nil
            && way.contains { function in policy.shape.fast.contains { Glob.matches(function, $0) } }
        let rule: Finding.Rule = isFast ? .fastPath : change.isNew ? .newCall : change.isGone ? .vanishedCall : .fanOut
        var effect: Finding.Effect?
        if let base = change.base, let head = change.head {
            effect = .init(base: base.rate, head: head.rate, change: head.rate - base.rate, tolerance: 0)
        }
        let text = text(change, node, kind: kind) + (change.isSure ? "" : "; these are too few calls to be sure of it")
        return Finding(rule, Self.name(way), change.isSure ? .worse : .cannotTell, text, effect: effect, way: way)
    }

    private func text(_ change: Change, _ node: CallForest.Node, kind: String?) -> String {
        guard let parent = node.parent.map({ forest.nodes[$0] }), let base = change.base, let head = change.head else {
            return change.isNew
                ? "\(node.function) is called, which it was not" : "\(node.function) is no longer called"
        }
        let crossing = parent.layer == node.layer ? "" : ", from \(parent.layer) into \(node.layer)"
        let what = kind.map { " (\($0))" } ?? ""
        let below = descendants(change.node)
        let more = below == 0 ? "" : ", with \(below) \(below == 1 ? "way" : "ways") of calling below it"
        if change.isNew {
            return
                "\(parent.function) calls \(node.function)\(what), which it did not\(crossing): \(head.text) each time\(more)"
        }
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

    private func suggestion(_ alias: Aliases.Line, _ rule: Finding.Rule, _ change: Change, _ text: String) -> Suggestion
    {
        let way = forest.way(to: change.node)
        return Suggestion(
            alias: alias,
            finding: Finding(rule, Self.name(way), .worse, "\(text) ('\(alias.text)' in the aliases)", way: way))
    }

    /// A function that is gone, and one in its place that is called as often and does much the same.
    private func renamed(_ gone: Change, besides: Set<Int>) -> (Suggestion, [Int])? {
        let node = forest.nodes[gone.node]
        let alike = siblings(gone).filter {
            $0.isNew && !besides.contains($0.node) && $0.head?.fewest == gone.base?.fewest
                && $0.head?.most == gone.base?.most
                && forest.nodes[$0.node].layer == node.layer && isAlike(gone.node, $0.node)
        }
        guard alike.count == 1, let new = alike.first else { return nil }
        let (old, name) = (node.function, forest.nodes[new.node].function)
        return (
            suggestion(
                .same(old, name), .vanishedCall, gone, "\(old) is gone, and \(name) is in its place: probably renamed"),
            [gone.node, new.node]
        )
    }

    /// Whether two call mostly the same, by themselves or further down; of two that call nothing, whether their names are alike.
    private func isAlike(_ left: Int, _ right: Int) -> Bool {
        let (one, other) = (functions(below: left), functions(below: right))
        if one.isEmpty && other.isEmpty {
            return Self.areNamesAlike(forest.nodes[left].function, forest.nodes[right].function)
        }
        return one.intersection(other).count * 2 >= one.union(other).count
    }

    /// What is usually called, and what that usually calls.
    private func functions(below node: Int) -> Set<String> {
        var (functions, rest) = (Set<String>(), [node])
        while let next = rest.popLast() {
            let usual = forest.nodes[next].children.filter(isUsual)
            functions.formUnion(usual.map { forest.nodes[$0].function })
            rest += usual
        }
        return functions
    }

    /// Whether it is called by every tenth call of its caller, or more often: what happens now and then is no likeness.
    private func isUsual(_ index: Int) -> Bool {
        let node = forest.nodes[index]
        guard let parent = node.parent.map({ forest.nodes[$0] }) else { return true }
        return zip(node.sides, parent.sides).contains { here, around in
            if let here, let around { here.callersWith * 10 >= around.calls } else { false }
        }
    }

    /// Whether the words of one name are those of the other, but for one or two.
    private static func areNamesAlike(_ left: String, _ right: String) -> Bool {
        let (one, other) = (Set(left.split(separator: "_")), Set(right.split(separator: "_")))
        return one.intersection(other).count * 2 >= max(one.count, other.count)
    }

    /// A function that is gone, and whose calls its caller now makes.
    private func inlined(_ gone: Change) -> (Suggestion, [Int])? {
        guard let (moved, parent) = moved(gone, { $0.isNew }) else { return nil }
        let function = forest.nodes[gone.node].function
        return (
            suggestion(
                .inlined(function), .vanishedCall, gone,
                "\(function) is gone, and \(parent) makes its calls: probably inlined"),
            [gone.node] + moved
        )
    }

    /// A function that is new, and makes the calls that its caller made.
    private func outlined(_ new: Change, besides: Set<Int>) -> (Suggestion, [Int])? {
        guard let (moved, parent) = moved(new, { $0.isGone && !besides.contains($0.node) }) else { return nil }
        let function = forest.nodes[new.node].function
        return (
            suggestion(
                .inlined(function), .newCall, new,
                "\(function) is new, and makes calls that \(parent) made: probably no longer inlined"),
            [new.node] + moved
        )
    }

    /// The calls that a function and its caller have exchanged, and the caller; nil if they are less than half of what the function usually calls.
    private func moved(_ change: Change, _ isOther: (Change) -> Bool) -> ([Int], String)? {
        let callees = Set(forest.nodes[change.node].children.filter(isUsual).map { forest.nodes[$0].function })
        let moved = siblings(change).filter { isOther($0) && callees.contains(forest.nodes[$0.node].function) }
        guard !callees.isEmpty, moved.count * 2 >= callees.count, let parent = forest.nodes[change.node].parent else {
            return nil
        }
        return (moved.map(\.node), forest.nodes[parent].function)
    }
}
