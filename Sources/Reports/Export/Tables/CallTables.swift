import GraphParser

extension Table {
    /// Calls.
    static let calls = Table(
        "calls", "a function's entry and exit in one task", key: ["id"],
        references: [.init(columns: ["parent"], table: "calls", key: ["id"])],
        [
            .init("id", .count, "its number, the same in every export: from 1, tree by tree as their roots ended"),
            .init("tree", .count, "the number of its tree, from 1"),
            .init("parent", .count, "the call that it was made by; none for a root", optional: true),
            .init("level", .count, "below the root, which has 0"),
            .init("function", .text, "the symbol"),
            .init("module", .text, "its module, or in user space the program or library", optional: true),
            .init("layer", .text, "its layer, by the map"),
            .init("task", .text, "the thread's name", optional: true),
            .init("tid", .count, "the thread's number", optional: true),
            .init("cpu", .count, "where it began"),
            .init("startNs", .count, "when it began, by the trace clock", unit: "ns", optional: true),
            .init("durationNs", .count, "from its entry to its exit", unit: "ns", optional: true),
            .init(
                "selfNs", .count, "time in it itself, not in what it called; 0 where what it called is not known",
                unit: "ns"),
            .init("confidence", .text, "complete, open (no exit), orphan (no entry) or lossy (events lost inside)"),
            .init("fragment", .flag, "whether its caller was cut off or lost"),
            .init(
                "whole", .flag,
                "whether it and all calls below are complete, so that their self times add up to its duration"),
        ])

    /// Functions.
    static let functions = Table(
        "functions", "all complete calls of a function", key: ["id"],
        [
            .init("id", .count, "from 1, most self time first"),
            .init("function", .text, "the symbol"),
            .init("module", .text, "its module, or in user space the program or library", optional: true),
            .init("layer", .text, "its layer, by the map"),
            .init("calls", .count, "complete calls"),
            .init("selfNs", .count, "time in the function itself", unit: "ns"),
            .init("totalNs", .count, "the sum of the durations; where it calls itself, time counts twice", unit: "ns"),
        ])

    /// Layers.
    static let layers = Table(
        "layers", "all complete calls of a layer's functions", key: ["layer"],
        [
            .init("layer", .text, "its name"),
            .init("calls", .count, "complete calls"),
            .init("selfNs", .count, "time in its functions themselves", unit: "ns"),
            .init("totalNs", .count, "time during which one of its calls was on the stack", unit: "ns"),
        ])

    /// Roots.
    static let roots = Table(
        "roots", "all complete calls of a function that nobody called", key: ["id"],
        [
            .init("id", .count, "from 1, in the report's order"),
            .init("function", .text, "the symbol"),
            .init("module", .text, "its module, or in user space the program or library", optional: true),
            .init("fragment", .flag, "whether these are calls whose callers were cut off or lost"),
            .init("askedFor", .flag, "whether the capture was to record trees at it", optional: true),
            .init("calls", .count, "how many"),
            .init("partialCalls", .count, "those with calls in doubt below"),
            .init("hollowCalls", .count, "those recorded without what they called"),
            .init("treeCalls", .count, "complete calls in their trees, these included"),
            .init(
                "tracingNs", .count, "what recording the calls below took, as an estimate", unit: "ns", optional: true),
            .init("unattributedNs", .count, "the part of sumNs that belongs to no layer", unit: "ns"),
        ] + latency)

    /// Layers of roots.
    static let rootLayers = Table(
        "root_layers", "what a layer has of a root's calls, in its functions themselves", key: ["root", "layer"],
        references: [.init(columns: ["root"], table: "roots", key: ["id"])],
        [
            .init("root", .count, "the root"),
            .init("layer", .text, "its name"),
        ] + latency)

    /// Figures of a distribution.
    static let latency: [Column] = [
        .init("minNs", .count, "the shortest; exact", unit: "ns"),
        .init("meanNs", .count, "the sum divided by the number, cut", unit: "ns"),
        .init("p50Ns", .count, "the median, within 1 %", unit: "ns"),
        .init("p90Ns", .count, "as long or longer than 90 %, within 1 %", unit: "ns"),
        .init("p99Ns", .count, "as long or longer than 99 %, within 1 %", unit: "ns"),
        .init("maxNs", .count, "the longest; exact", unit: "ns"),
        .init("sumNs", .count, "all together; exact", unit: "ns"),
    ]
}

/// Rows of calls, as trees end.
struct CallRows {
    private let writer: any TableWriter
    private let map: LayerMap
    private let names: TraceNames
    private var count = 0
    /// By level: the number of the call that is open there.
    private var open: [Int] = []
    /// By function, once it was met; the lock of the names is taken once for each.
    private var functions: [Named?] = []
    private var tasks: [Int32: String] = [:]

    private struct Named {
        let function: TableValue
        let module: TableValue
        let layer: TableValue
    }

    init(_ writer: any TableWriter, _ map: LayerMap, _ names: TraceNames) {
        (self.writer, self.map, self.names) = (writer, map, names)
    }

    mutating func write(_ tree: CallTree, number: Int) throws {
        for node in tree.nodes {
            count += 1
            let call = node.call
            let named = self.named(call.function)
            open.removeLast(open.count - min(node.level, open.count))
            try writer.write(
                [
                    .init(count), .init(number), .init(open.last), .init(node.level), named.function, named.module,
                    named.layer, .init(task(call.tid)), .init(call.tid), .init(call.cpu), .init(call.start),
                    .init(call.duration), .init(call.isHollow ? 0 : call.selfNs),
                    Self.confidence[Int(call.confidence.rawValue)],
                    .init(call.isFragment), .init(call.isWhole),
                ], to: .calls)
            open.append(count)
        }
    }

    private static let confidence = Confidence.allCases.map { TableValue.text("\($0)") }

    private mutating func named(_ function: FunctionID) -> Named {
        let index = Int(function.index)
        while functions.count <= index { functions.append(nil) }
        if let named = functions[index] { return named }
        let known = names[function]
        let named = Named(
            function: .text(known.name), module: TableValue(known.module),
            layer: .text(map.layers[map.layer(of: known)]))
        functions[index] = named
        return named
    }

    /// A thread whose name is not known yet may have one later.
    private mutating func task(_ tid: Int32?) -> String? {
        guard let tid else { return nil }
        if let name = tasks[tid] { return name }
        let name = names.comm(of: tid)
        tasks[tid] = name
        return name
    }
}

/// Rows of what calls come to.
struct CallSumRows {
    let report: Report
    let writer: any TableWriter

    func write() throws {
        if writer.wants(.functions) {
            for (index, one) in report.functions.enumerated() {
                try writer.write(
                    [
                        .init(index + 1), .init(one.function), .init(one.module), .init(one.layer), .init(one.calls),
                        .init(one.selfNs), .init(one.totalNs),
                    ], to: .functions)
            }
        }
        if writer.wants(.layers) {
            for one in report.layers {
                try writer.write(
                    [.init(one.layer), .init(one.calls), .init(one.selfNs), .init(one.totalNs)], to: .layers)
            }
        }
        for (index, root) in report.roots.enumerated() { try write(root, id: index + 1) }
    }

    private func write(_ root: Report.Root, id: Int) throws {
        if writer.wants(.roots) {
            try writer.write(
                [
                    .init(id), .init(root.function), .init(root.module), .init(root.fragment), .init(root.askedFor),
                    .init(root.calls), .init(root.partialCalls), .init(root.hollowCalls), .init(root.treeCalls),
                    .init(root.tracingNs), .init(root.unattributedNs),
                ] + Self.values(root.latency), to: .roots)
        }
        guard writer.wants(.rootLayers) else { return }
        for one in root.layers {
            try writer.write([.init(id), .init(one.layer)] + Self.values(one.latency), to: .rootLayers)
        }
    }

    private static func values(_ latency: Report.Latency) -> [TableValue] {
        [latency.minNs, latency.meanNs, latency.p50Ns, latency.p90Ns, latency.p99Ns, latency.maxNs, latency.sumNs]
            .map { .count($0) }
    }
}
