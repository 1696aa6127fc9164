import TraceFormat

/// The first lines of a trace's text, and what they show of its form.
struct TextSample: Sendable {
    private(set) var hasColumns = false
    private(set) var hasTaskColumn = false
    private(set) var firstIsCut = false
    /// There were calls with columns. A program's text has some without.
    private(set) var hasCalls = false

    private let isBeginning: Bool
    private var lines = 0
    private var calls = 0
    private var hasAnyCalls = false
    private var hasNames = false
    private var callsWithCPU = 0
    private var understood = 0
    private var notUnderstood = 0
    /// The shape of the text's first line, if that is a call's.
    private var first: Shape?
    private var blanks = Blanks()

    /// A text that has no second call by then needs no first line.
    private static let opening = 16
    private static let maxCalls = 200
    private static let maxLines = 2000

    init(isBeginning: Bool) { self.isBeginning = isBeginning }

    /// Whether it shows by now what it has to show of the text that a kernel prints; of what copying has spoilt it can take all of it.
    var isClear: Bool { understood >= 2 && hasCalls && blanks.areSeen }
    var isFull: Bool { calls >= Self.maxCalls || (lines >= Self.maxLines && hasAnyCalls) }
    var areBlanksLost: Bool { blanks.areLost }
    var isFlat: Bool { blanks.areLost && blanks.hasEndsOnly }
    var hasCPUs: Bool { callsWithCPU * 2 > understood }
    /// Without any column, some lines read as calls, and nothing but bare braces or a third as many do not.
    var isProse: Bool { hasAnyCalls && (!hasNames || 3 * notUnderstood > understood) }

    mutating func add(_ line: (parsed: TextLine, plain: [UInt8], isLogged: Bool)) {
        lines += 1
        hasColumns = hasColumns || line.parsed.hasColumns
        if line.parsed.isNotUnderstood { notUnderstood += 1 }
        guard let columns = line.parsed.callColumns(line.plain.span, inLog: line.isLogged) else { return }
        understood += 1
        hasNames = hasNames || !columns.name.isEmpty
        callsWithCPU += columns.cpu == nil ? 0 : 1
        hasAnyCalls = true
        hasCalls = hasCalls || columns.hasColumns
        compareWithFirst(columns, line.plain.span)
        calls += columns.hasColumns ? 1 : 0
        hasTaskColumn = hasTaskColumn || columns.tid != nil
        if case .graph(let graph) = line.parsed { blanks.add(graph) }
    }

    /// The next call shows whether the first line has lost its beginning.
    private mutating func compareWithFirst(_ columns: GraphLine, _ line: Span<UInt8>) {
        guard isBeginning, lines <= Self.opening else {
            first = nil
            return
        }
        let shape = Shape(columns, line)
        if lines == 1 {
            first = shape
        } else if let first {
            firstIsCut = first.columns != shape.columns || (first.beginsWithDigit && !shape.beginsWithDigit)
            self.first = nil
        }
    }

    private struct Shape: Sendable {
        let columns: [Bool]
        /// All columns begin with a blank; only a time of more than a day has more digits than blanks before it.
        let beginsWithDigit: Bool

        init(_ graph: GraphLine, _ line: Span<UInt8>) {
            columns = [graph.timestamp != nil, graph.cpu != nil, graph.tid != nil, graph.hasDurationColumn]
            beginsWithDigit = !line.isEmpty && isDigit(line[0])
        }
    }
}

/// Whether the blanks are lost that show how deep calls are.
private struct Blanks: Sendable {
    /// Lines with a bar behind the duration; the kernel puts two blanks behind it.
    private var barred = 0
    private var most = 0
    /// Lines without: there only calls at one and the same depth tell, one of which is inside another.
    private var depths: Set<Int> = []
    private var hasInner = false
    private var isAfterEntry = false
    /// No call begins, and several end.
    var hasEndsOnly: Bool { begins == 0 && ends > 1 }
    private var begins = 0
    private var ends = 0

    /// Whether they are not lost, whatever follows.
    var areSeen: Bool { barred > 0 ? most >= 2 : depths.count > 1 }
    var areLost: Bool { barred > 0 ? most < 2 : depths.count == 1 && hasInner }

    mutating func add(_ graph: GraphLine) {
        if graph.durationBar >= 0 {
            barred += 1
            most = max(most, graph.indentation)
        }
        if graph.kind == .exit { ends += 1 } else { begins += 1 }
        depths.insert(graph.depth)
        hasInner = hasInner || (isAfterEntry && graph.kind != .exit)
        isAfterEntry = graph.kind == .entry
    }
}

extension TextLine {
    /// What a line is, as far as it tells by itself: behind a log's prefix, and with what copying has done to it undone.
    ///
    /// - Returns: it with its bytes, and whether it stood behind such a prefix.
    static func understand(_ line: Span<UInt8>) -> (parsed: TextLine, plain: [UInt8], isLogged: Bool) {
        func parse(_ line: Span<UInt8>) -> (parsed: TextLine, plain: [UInt8], isLogged: Bool) {
            let start = LogPrefix.end(of: line) ?? 0
            let text = line.extracting(start..<line.count)
            return (LineParser.parse(text, inBody: false), text.indices.map { text[$0] }, start > 0)
        }
        let understood = parse(line)
        guard understood.parsed.isNotUnderstood || PlainText.isColoured(line),
            let plain = PlainText.restored(line)
        else { return understood }
        return parse(plain.span)
    }

    var isNotUnderstood: Bool {
        switch self {
        case .unparsed, .damaged: true
        default: false
        }
    }

    /// Whether the line has columns before the body, be that damaged.
    var hasColumns: Bool {
        switch self {
        case .graph(let graph): graph.hasColumns
        case .comment(let comment): comment.columns.hasColumns
        case .rawEvent, .damaged: true
        default: false
        }
    }

    /// A call or a comment without any column.
    var isBare: Bool {
        switch self {
        case .graph, .comment: !hasColumns
        default: false
        }
    }

    /// The columns of a call's line, also of one in user space; nil of any other.
    func callColumns(_ line: Span<UInt8>, inLog: Bool) -> GraphLine? {
        switch self {
        // `}` and `f();` are lines of a trace, but also messages of a kernel.
        case .graph(let graph): !inLog || graph.hasColumns ? graph : nil
        // As trace-cmd prints them, events of user space have no duration's column; but no line that is cut passes for one.
        case .comment(let comment) where comment.end == .closed:
            ProbeName(comment, line, inLog: inLog) == nil ? nil : comment.columns
        default: nil
        }
    }
}

extension ProbeName {
    /// The name of the uprobe's event that the comment is; nil if it is none.
    init?(_ comment: CommentLine, _ line: Span<UInt8>, inLog: Bool) {
        guard comment.end != .open, let name = ProbeName(line, from: comment.text.lowerBound),
            line.has(": ", at: name.whole.upperBound), !inLog || comment.columns.hasColumns
        else { return nil }
        self = name
    }
}
