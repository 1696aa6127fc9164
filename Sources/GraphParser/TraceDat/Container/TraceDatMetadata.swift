import TraceFormat

/// The parts of a trace.dat's metadata that both versions have, collected part by part: version 6 has them one behind the
/// other, version 7 each in a section of its own.
struct TraceDatMetadata {
    private(set) var layout: PageLayout
    private(set) var events = EventIndex()
    private(set) var symbols = SymbolTable.none
    private(set) var comms: [Int32: String] = [:]
    var options = TraceDatOptions()
    private(set) var buffers: [TraceBuffer] = []
    /// CPUs of the machine, as version 6 has them beside the options; 0 where they alone tell.
    var cpuCount = 0

    private static let maxHeaderPageSize = 16 << 10

    /// - Parameter layout: what to take if the file tells nothing of it.
    init(layout: PageLayout) { self.layout = layout }

    mutating func add(_ buffer: TraceBuffer, of file: InputFile) throws(TraceError) {
        buffers.append(buffer)
        try TraceBuffer.check(buffers, in: file)
    }

    mutating func readHeaderInfo(_ cursor: inout FileCursor) throws(TraceError) {
        try cursor.literal(TraceDatFormat.headerPage)
        let size = try cursor.size64(TraceDatFormat.headerPage)
        guard size <= Self.maxHeaderPageSize else { throw .damaged(cursor.file, "a header_page of \(size) bytes") }
        let text = try cursor.bytes(size, TraceDatFormat.headerPage)
        // Older recorders could not read it; then the recorder's own machine counts.
        if let told = PageLayout(headerPage: text) { layout = told }
        try cursor.literal(TraceDatFormat.headerEvent)
        try cursor.skip(try cursor.size64(TraceDatFormat.headerEvent), TraceDatFormat.headerEvent)
    }

    mutating func readFtraceFormats(_ cursor: inout FileCursor) throws(TraceError) {
        try events.addFtraceFormats(&cursor)
    }

    mutating func readEventSystems(_ cursor: inout FileCursor) throws(TraceError) {
        try events.addSystems(&cursor)
    }

    mutating func readSymbols(_ cursor: inout FileCursor) throws(TraceError) {
        var builder = SymbolTable.Builder()
        try cursor.pieces(try cursor.size32("kallsyms"), "kallsyms") { builder.feed($0) }
        symbols = SymbolTable(builder)
    }

    mutating func readCommandLines(_ cursor: inout FileCursor) throws(TraceError) {
        var lines = CommandLines()
        try cursor.pieces(try cursor.size64("command names"), "command names") { lines.feed($0) }
        lines.finish()
        comms = lines.names
    }
}
