public import GraphParser

/// Keeps all trees of a trace, and every call in the order in which they ended.
public final class CallRecorder: CallConsumer {
    public private(set) var calls: [Call] = []
    public private(set) var trees: [CallTree] = []
    private var assembler: TreeAssembler<Never>!

    /// Other events that were in no tree.
    public var othersOutside: Int { assembler.othersOutside }

    /// - Parameter others: what the trace is read with; nil leaves other events out.
    public init(others: OtherEvents? = nil) {
        assembler = TreeAssembler(others: others) { [unowned self] in trees.append($0) }
    }

    @discardableResult public func take(_ batch: CallBatch) -> Demand {
        for case .ended(let call) in batch.events { calls.append(call) }
        return assembler.take(batch)
    }
}

/// A trace that has been read whole.
public struct RecordedTrace {
    public let source: TraceSource
    public let counts: TraceCounts
    public let names: TraceNames
    public let calls: [Call]
    public let trees: [CallTree]
    /// Other events that were in no tree.
    public let othersOutside: Int

    /// - Parameter others: whether the trees get the other events.
    public init(path: String, others: Bool = false) throws {
        names = TraceNames()
        let events = others ? OtherEvents() : nil
        let recorder = CallRecorder(others: events)
        let reading = try TraceFile.read(path, names: names, into: recorder, others: events)
        (source, counts, calls, trees) = (reading.source, reading.counts, recorder.calls, recorder.trees)
        othersOutside = recorder.othersOutside
    }

    public init(bytes: [UInt8], others: Bool = false) throws {
        let file = try TemporaryFile(bytes)
        try self.init(path: file.path, others: others)
    }

    public init(text: String, others: Bool = false) throws {
        try self.init(bytes: Array(text.utf8), others: others)
    }

    /// Each tree as indented lines `name duration confidence`.
    ///
    /// - Parameters:
    ///   - cut: what is shown of the duration of a kernel's call.
    ///   - userDuration: what is shown of a call in user space.
    public func outline(
        cut: (UInt64) -> UInt64? = { $0 }, userDuration: (Call) -> UInt64? = { $0.duration }
    ) -> [[String]] {
        trees.map { tree in
            tree.nodes.map { node in
                let shown = node.call.isUser ? userDuration(node.call) : node.call.duration.flatMap(cut)
                let duration = shown.map { String($0) } ?? "-"
                return String(repeating: "  ", count: node.level)
                    + "\(names[node.call.function]) \(duration) \(node.call.confidence)"
            }
        }
    }
}

/// The duration of a call in user space in a text, which has microseconds of its begin and its end.
public func betweenCutTimes(_ call: Call) -> UInt64? {
    guard let start = call.start, let duration = call.duration else { return nil }
    return (start + duration) / 1000 * 1000 - start / 1000 * 1000
}

/// What the duration column of a text keeps of a time in ns: seven columns of microseconds.
public func cutToTextPrecision(_ ns: UInt64) -> UInt64 {
    switch String(ns / 1000).count {
    case ...4: ns
    case 5: ns / 10 * 10
    case 6: ns / 100 * 100
    default: ns / 1000 * 1000
    }
}
