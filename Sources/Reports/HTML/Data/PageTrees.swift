import GraphParser

/// Trees as the page has them: a list for each property of their nodes.
struct PageTrees {
    private var names: PageNames
    /// Distributions take room: those of so many nodes are in the page, those with the most time.
    private static let maxDistributions = 600
    /// Roots with single trees.
    private static let maxRoots = 8

    init(_ names: PageNames) { self.names = names }

    /// Writes the names of all functions that were written before.
    func writeNames(to json: inout [UInt8]) { names.write(to: &json) }

    /// Writes all trees as one.
    mutating func write(_ merged: MergedTree, to json: inout [UInt8]) {
        json.appendJSON(raw: "{\"inDoubt\":")
        json.appendJSON(merged.treesInDoubt)
        json.appendJSON(raw: ",\"leftOut\":")
        json.appendJSON(merged.leftOut)
        json.appendJSON(raw: ",\"tree\":")
        write(PrunedTree(merged), to: &json)
        json.appendJSON(raw: "}")
    }

    /// Writes the single trees of the roots that have the most time.
    mutating func write(_ trees: ExampleTrees, _ trace: TraceNames, to json: inout [UInt8]) {
        let roots = trees.roots.values.sorted { left, right in
            let (a, b) = (left.examples.times.sum, right.examples.times.sum)
            return a != b ? a > b : left.function.index < right.function.index
        }
        json.appendJSON(raw: "[")
        var isFirst = true
        for root in roots.prefix(Self.maxRoots) {
            if !isFirst { json.appendJSON(raw: ",") }
            isFirst = false
            json.appendJSON(raw: "{\"name\":")
            json.appendJSON(names.number(of: root.function))
            json.appendJSON(raw: ",\"count\":")
            json.appendJSON(root.examples.times.count)
            json.appendJSON(raw: ",\"p50Ns\":")
            json.appendJSON(root.examples.times.percentiles([0.5])[0])
            json.appendJSON(raw: ",\"typical\":")
            if let typical = root.examples.typical {
                write(typical, trace, to: &json)
            } else {
                json.appendJSON(raw: "null")
            }
            json.appendJSON(raw: ",\"slowest\":[")
            for (index, tree) in root.examples.slowest.enumerated() {
                if index > 0 { json.appendJSON(raw: ",") }
                write(tree, trace, to: &json)
            }
            json.appendJSON(raw: "]}")
        }
        json.appendJSON(raw: "]")
    }

    private mutating func write(
        _ kept: Examples<ExampleTrees.Tree>.Kept, _ trace: TraceNames, to json: inout [UInt8]
    ) {
        let tree = kept.value
        json.appendJSON(raw: "{\"number\":")
        json.appendJSON(tree.number)
        json.appendJSON(raw: ",\"ns\":")
        json.appendJSON(kept.ns)
        json.appendJSON(raw: ",\"startNs\":")
        json.appendJSON(tree.startNs)
        json.appendJSON(raw: ",\"tid\":")
        json.appendJSON(tree.tid)
        json.appendJSON(raw: ",\"task\":")
        json.appendJSON(tree.tid.flatMap(trace.comm).map { PageText.cut($0) })
        json.appendJSON(raw: ",\"cpu\":")
        json.appendJSON(tree.cpu)
        json.appendJSON(raw: tree.isPartial ? ",\"partial\":true" : ",\"partial\":false")
        json.appendJSON(raw: ",\"tree\":")
        write(tree.pruned, to: &json)
        json.appendJSON(raw: "}")
    }

    private mutating func write(_ pruned: PrunedTree, to json: inout [UInt8]) {
        let nodes = pruned.nodes
        json.appendJSON(raw: "{\"whole\":")
        json.appendJSON(pruned.wholeCount)
        json.appendJSON(raw: ",\"parent\":")
        json.appendNumbers(nodes.map(\.parent))
        json.appendJSON(raw: ",\"kind\":")
        json.appendNumbers(nodes.map(\.kind.rawValue))
        json.appendJSON(raw: ",\"name\":")
        json.appendNumbers(
            nodes.map { $0.function == .unknown && $0.kind != .call ? -1 : names.number(of: $0.function) })
        json.appendJSON(raw: ",\"calls\":")
        json.appendNumbers(nodes.map(\.calls))
        json.appendJSON(raw: ",\"below\":")
        json.appendNumbers(nodes.map(\.callsBelow))
        json.appendJSON(raw: ",\"parts\":")
        json.appendNumbers(nodes.map(\.parts))
        json.appendJSON(raw: ",\"total\":")
        json.appendNumbers(nodes.map(\.totalNs))
        json.appendJSON(raw: ",\"self\":")
        json.appendNumbers(nodes.map(\.selfNs))
        json.appendJSON(raw: ",\"doubt\":")
        json.appendNumbers(nodes.indices.filter { nodes[$0].isInDoubt })
        if nodes.contains(where: { $0.durations != nil }) { writeDistributions(nodes, to: &json) }
        json.appendJSON(raw: "}")
    }

    private func writeDistributions(_ nodes: [PrunedTree.Node], to json: inout [UInt8]) {
        let percentiles = nodes.map { $0.durations?.percentiles([0.5, 0.99]) }
        json.appendJSON(raw: ",\"p50\":")
        json.appendOptionalNumbers(percentiles.map { $0?[0] })
        json.appendJSON(raw: ",\"p99\":")
        json.appendOptionalNumbers(percentiles.map { $0?[1] })
        json.appendJSON(raw: ",\"max\":")
        json.appendOptionalNumbers(nodes.map { $0.durations?.max })
        let most = nodes.indices.filter { nodes[$0].durations != nil }
            .sorted { (nodes[$1].totalNs, $0) < (nodes[$0].totalNs, $1) }.prefix(Self.maxDistributions)
        json.appendJSON(raw: ",\"bins\":{")
        json.appendList(most.sorted()) { json, index in
            json.appendJSON(String(index))
            json.appendJSON(raw: ":")
            json.appendBins(nodes[index].durations!)
        }
        json.appendJSON(raw: "}")
    }
}
