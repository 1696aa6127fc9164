import GraphParser
import Reports

/// What `dmflow tree` draws of many calls at once, or of some beside what is usual.
struct TreeViews {
    let trace: TraceOptions
    let options: TreeFilterOptions
    let filter: TreeFilter
    let map: LayerMap
    let limits: OutlineText.Limits

    private let output = OutputSink.standardOutput()
    private var style: Style { .ofStandardOutput(trace.color).colored(by: map) }

    init(
        trace: TraceOptions, options: TreeFilterOptions, filter: TreeFilter, map: LayerMap, limits: OutlineText.Limits
    ) {
        (self.trace, self.options, self.filter, self.map, self.limits) = (trace, options, filter, map, limits)
    }

    // MARK: Merged

    func merged(by order: TreeOrder) throws {
        var tree = MergedTree()
        let (reading, trees) = try read { tree.add($0) }
        try draw(Outline(tree, reading.names, map), by: order, notes: TreeNotes(tree).lines)
        try finish(reading, trees)
    }

    func callers(of function: String, by order: TreeOrder) throws {
        var tree = CallerTree(FunctionPatterns([function]))
        let (reading, trees) = try read { tree.add($0) }
        if trees.admitted > 0 { try check(tree.missing, reading) }
        try draw(Outline(tree, reading.names, map), by: order, notes: TreeNotes(tree).lines)
        try finish(reading, trees)
    }

    func callees(of function: String, by order: TreeOrder) throws {
        var tree = CalleeTree(FunctionPatterns([function]))
        let (reading, trees) = try read { tree.add($0) }
        if trees.admitted > 0 { try check(tree.missing, reading) }
        try draw(Outline(tree.merged, reading.names, map), by: order, notes: TreeNotes(tree).lines)
        try finish(reading, trees)
    }

    private func check(_ missing: [String], _ reading: TraceReading) throws {
        guard !missing.isEmpty else { return }
        throw Failure(
            message: TreeFilterOptions.unknown(missing, reading.names, "\(trace.name): no call there of"))
    }

    // MARK: Single trees

    func single(_ pick: TreePick, by order: TreeOrder) throws {
        var survey = TreeSurvey(TreeRanks(pick))
        let (first, _) = try read { survey.add($0) }
        var picked = PickedTrees(pick, of: survey, first.names)
        let (reading, trees) = try read { picked.add($0) }
        for (index, one) in picked.trees.enumerated() {
            if index > 0 { try output.write("\n") }
            try output.write(style.dim("# ") + style.bold(TreeNotes.title(of: one, pick, survey)) + "\n")
            let text = OutlineText(Outline(one.tree, beside: survey.merged, map), style: style)
            text.render(limits, by: order, into: &output.bytes)
            try output.pass()
        }
        try output.flush()
        if picked.trees.isEmpty, trees.admitted > 0 {
            throw Failure(
                message:
                    "\(trace.name): none of \(trees.admitted) trees is the one that was picked; their numbers go from 1"
            )
        }
        if picked.leftOut > 0 {
            printError(
                "\(trace.name): trees with more than \(PickedTrees.maxCalls) calls together, which are not drawn: \(picked.leftOut)"
            )
        }
        for line in TreeNotes(survey.merged).doubts { printError("\(trace.name): \(line)") }
        try finish(reading, trees)
    }

    // MARK: All of them

    private func read(_ take: @escaping (CallTree) -> Void) throws -> (TraceReading, SelectedTrees) {
        let trees = SelectedTrees(filter, map: map, onTree: take)
        return (try trace.read(into: [trees]), trees)
    }

    private func draw(_ outline: Outline, by order: TreeOrder, notes: [String]) throws {
        for note in notes { try output.write(style.dim("# ") + note + "\n") }
        if !outline.rows.isEmpty { OutlineText(outline, style: style).render(limits, by: order, into: &output.bytes) }
        try output.flush()
    }

    private func finish(_ reading: TraceReading, _ trees: SelectedTrees) throws {
        try options.check(trees, reading, trace.name)
        if let doubts = TextReport.doubts(reading.counts) { printError("\(trace.name): \(doubts)") }
        try trace.checkStrict(reading)
    }
}
