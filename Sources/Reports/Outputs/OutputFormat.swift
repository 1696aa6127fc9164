public import GraphParser
public import TraceFormat

/// A form in which what a pass over a trace found is written.
///
/// A format is one file, and one line in ``OutputRegistry/builtin``. Most are rendered from the summary, or the report of it, once the pass
/// is over. One that needs more, such as each tree, brings an `Analyzer` of its own that takes part in the pass and may write
/// while it goes on. Whatever a format writes goes to an ``OutputSink``; what that throws ends the pass.
public protocol OutputFormat: Sendable {
    /// As it is asked for: a word in lower case, or words with hyphens.
    var name: String { get }

    /// What the user gets, a phrase that goes on behind the name.
    var help: String { get }

    /// Whether ``render(_:to:)`` looks at the summary or the report: calls are summed up only if some output does. True by default.
    var needsSummary: Bool { get }

    /// Who reads it. Programs by default.
    var readers: OutputReaders { get }

    /// Whether ``render(_:to:)`` looks at all trees merged into one. False by default.
    var needsMergedTree: Bool { get }

    /// An analyzer of the output's own; none by default. It is given each request or each tree, too, if it takes them.
    ///
    /// - Parameters:
    ///   - options: how the output is to look.
    ///   - sink: where it may write from the pass's first batch on.
    func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)?

    /// Writes what is to be written once the pass is over, behind what the analyzer has written; nothing by default.
    ///
    /// - Throws: what the sink throws.
    func render(_ results: OutputResults, to sink: OutputSink) throws

    /// What the output does not hold, and cannot say by itself, a phrase each; none by default.
    func omissions(_ results: OutputResults) -> [String]
}

extension OutputFormat {
    /// Programs.
    public var readers: OutputReaders { .programs }
    /// True.
    public var needsSummary: Bool { true }
    /// False.
    public var needsMergedTree: Bool { false }
    /// None.
    public func analyzer(_ options: OutputOptions, to sink: OutputSink) -> (any Analyzer)? { nil }
    /// Writes nothing.
    public func render(_ results: OutputResults, to sink: OutputSink) throws {}
    /// None.
    public func omissions(_ results: OutputResults) -> [String] { [] }
}

/// Who reads an output.
public enum OutputReaders: Sendable {
    /// People: a terminal shows it in a pager.
    case people
    /// Programs; people may look at it, too.
    case programs
    /// Programs that open files: nobody could make anything of it on a terminal, so that it is not printed there.
    case openers
}

/// How an output is to look, as far as its format has a choice.
public struct OutputOptions: Sendable {
    /// Colours and characters for where it goes.
    public var style: Style
    /// How many roots a text shows, those with the most time.
    public var rootLimit: Int
    /// How many functions a text shows, those with the most self time.
    public var functionLimit: Int
    /// Tells the layers of functions.
    public var map: LayerMap

    /// The style with the colours that the map has for its layers.
    var layerStyle: Style { style.colored(by: map) }

    /// As they are by default.
    public init(style: Style = .plain, rootLimit: Int = 10, functionLimit: Int = 15, map: LayerMap = .builtin) {
        (self.style, self.rootLimit, self.functionLimit, self.map) = (style, rootLimit, functionLimit, map)
    }
}

/// What a pass has found, and how one output of it is to look.
public struct OutputResults {
    /// What all outputs of a pass share.
    final class Shared {
        let summary: Summary
        let source: TraceSource
        let notUnderstood: [NotUnderstoodLine]?
        let names: TraceNames
        let merged: MergedTree?
        lazy var report: Report = {
            let report = Report(summary)
            return notUnderstood.map(report.withNotUnderstood) ?? report
        }()

        init(
            _ summary: Summary, _ source: TraceSource, notUnderstood: [NotUnderstoodLine]?, names: TraceNames,
            merged: MergedTree?
        ) {
            (self.summary, self.source, self.notUnderstood) = (summary, source, notUnderstood)
            (self.names, self.merged) = (names, merged)
        }
    }

    /// How this output is to look.
    public let options: OutputOptions
    let shared: Shared
    /// The output's own analyzer, if its format has one.
    let analyzer: (any Analyzer)?

    /// The sums of the pass; of no trace if no output of the pass needs them.
    public var summary: Summary { shared.summary }
    /// What these come to. Made once for all outputs.
    public var report: Report { shared.report }
    /// The multipath maps of the recorded machine; nil if it had none, or the trace does not tell.
    public var topology: Topology? { shared.source.topology }
    /// What is known of the trace as a whole.
    public var source: TraceSource { shared.source }
    /// The names of the trace's functions and tasks.
    public var names: TraceNames { shared.names }
    /// Which capture it is of.
    var capture: CaptureName { CaptureName(shared.source.identity, path: shared.source.path) }
    /// All complete trees of the trace in one; empty if no output of the pass needs it.
    var mergedTree: MergedTree { shared.merged ?? MergedTree() }
}
