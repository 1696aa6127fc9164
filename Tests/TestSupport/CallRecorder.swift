public import GraphParser

/// Keeps all trees of a trace, and every call in the order in which they ended.
public final class CallRecorder: Analyzer {
    public private(set) var calls: [Call] = []
    public private(set) var trees: [CallTree] = []
    private var assembler: TreeAssembler!

    /// Events that were in no tree.
    public var eventsOutside: Int { assembler.eventsOutside }
    public var interest: Interest { assembler.interest }

    /// - Parameter events: whether the trees get the events that are no calls.
    public init(events: Bool = false) {
        assembler = TreeAssembler(events: events ? ["*"] : []) { [unowned self] in trees.append($0) }
    }

    public func begin(_ trace: TraceContext) { assembler.begin(trace) }

    @discardableResult public func take(_ batch: TraceBatch) throws -> Demand {
        for case .ended(let call) in batch.calls { calls.append(call) }
        return try assembler.take(batch)
    }
}

/// A trace that has been read whole.
public struct RecordedTrace: Sendable {
    public let source: TraceSource
    public let counts: TraceCounts
    public let names: TraceNames
    public let calls: [Call]
    public let trees: [CallTree]
    /// Events that were in no tree.
    public let eventsOutside: Int

    /// - Parameter events: whether the trees get the events that are no calls.
    public init(path: String, events: Bool = false) throws {
        let recorder = CallRecorder(events: events)
        let reading = try TraceFile.read(path, into: [recorder])
        names = reading.names
        (source, counts, calls, trees) = (reading.source, reading.counts, recorder.calls, recorder.trees)
        eventsOutside = recorder.eventsOutside
    }

    public init(bytes: [UInt8], events: Bool = false) throws {
        let file = try TemporaryFile(bytes)
        try self.init(path: file.path, events: events)
    }

    public init(text: String, events: Bool = false) throws {
        try self.init(bytes: Array(text.utf8), events: events)
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
