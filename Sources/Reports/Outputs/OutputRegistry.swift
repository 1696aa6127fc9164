/// The formats that there are.
public struct OutputRegistry: Sendable {
    /// In the order in which help and errors list them; the first is what one gets without asking.
    public let formats: [any OutputFormat]

    /// - Parameter formats: each with a name of its own, at least one.
    public init(_ formats: [any OutputFormat]) { self.formats = formats }

    /// Those that dmflow brings.
    public static let builtin = OutputRegistry(
        [
            TextOutput(),
            JSONOutput(),
            SummaryOutput(),
            TreeOutput(),
            TopologyOutput(),
            HTMLOutput(),
            PerfettoOutput(),
            ChromeOutput(),
            SpeedscopeOutput(),
            OTLPOutput(),
            FoldedOutput(),
            DotOutput(),
            MermaidOutput(),
        ] + TableOutput.all + [SQLiteOutput()])

    /// What the formats are called.
    public var names: [String] { formats.map(\.name) }

    /// The format of that name; nil if there is none.
    public func format(named name: String) -> (any OutputFormat)? { formats.first { $0.name == name } }
}
