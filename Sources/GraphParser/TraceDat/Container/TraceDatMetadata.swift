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

    /// The kernel does not save more names.
    private static let maxComms = 1 << 16
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

    /// Lines of `TID name`.
    mutating func readCommandLines(_ cursor: inout FileCursor) throws(TraceError) {
        var lines = LineSplitter()
        try cursor.pieces(try cursor.size64("command names"), "command names") { piece in
            lines.feed(piece) { takeComm($0) }
        }
        lines.finish { takeComm($0) }
    }

    private mutating func takeComm(_ line: Span<UInt8>) {
        guard comms.count < Self.maxComms else { return }
        let parts = line.withUnsafeBufferPointer {
            $0.split(separator: space, maxSplits: 1).map { [UInt8]($0.prefix(256)) }
        }
        guard parts.count == 2, let tid = Int32(String(decoding: parts[0], as: UTF8.self)) else { return }
        comms[tid] = printable(parts[1])
    }
}
