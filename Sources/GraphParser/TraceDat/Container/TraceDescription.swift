import TraceFormat

/// What is needed to understand the pages of a kernel's ring buffers: a trace.dat's header tells it, or a running tracefs.
public struct TraceDescription: Sendable {
    /// Where the events begin in a page.
    let layout: PageLayout
    /// The function_graph events.
    let formats: EventFormats
    /// All events.
    let events: EventCatalogue
    let symbols: SymbolTable
    /// Names of tasks, by thread ID.
    let comms: [Int32: String]
    /// What to do with timestamps.
    let time: TimeConversion

    /// - Parameter path: for messages.
    /// - Throws: `.otherTracer` if none of the events is function_graph's.
    init(
        layout: PageLayout, events: EventIndex, symbols: SymbolTable, comms: [Int32: String], time: TimeConversion,
        path: String
    ) throws(TraceError) {
        let events = EventCatalogue(events)
        guard let formats = EventFormats(events) else {
            throw TraceError(
                .otherTracer, path: path, "it describes no function_graph events",
                remedy: "record with `dmflow capture` or `trace-cmd record -p function_graph`")
        }
        (self.layout, self.formats, self.events, self.symbols) = (layout, formats, events, symbols)
        (self.comms, self.time) = (comms, time)
    }
}

/// Contents of files in a tracefs that is in use, as they are.
public struct TracefsDescription: Sendable {
    /// For messages: where the tracefs is.
    public var path = "tracefs"
    /// `events/header_page`; empty for that of a kernel as wide as this process.
    public var headerPage: [UInt8] = []
    /// `events/SYSTEM/EVENT/format` of all events that can come, function_graph's in the system `ftrace` among them.
    public var formats: [(system: String, format: [UInt8])] = []
    /// `/proc/kallsyms`, or those lines of it that matter.
    public var symbols: [UInt8] = []
    /// `saved_cmdlines`
    public var commandLines: [UInt8] = []

    /// With every file empty.
    public init() {}
}

extension TraceDescription {
    /// - Throws: `.otherTracer` if none of the formats is of a function_graph event.
    public init(_ files: TracefsDescription) throws(TraceError) {
        var index = EventIndex()
        for system in Set(files.formats.map(\.system)).sorted() {
            index.add(files.formats.filter { $0.system == system }.map(\.format), of: system)
        }
        try self.init(
            layout: PageLayout(headerPage: files.headerPage) ?? .running, events: index,
            symbols: SymbolTable(kallsyms: files.symbols), comms: CommandLines(files.commandLines).names,
            time: TimeConversion(), path: files.path)
    }
}
