import TraceFormat

/// A trace.dat of version 7: sections anywhere in the file, found through options, which are in sections themselves.
struct TraceDatVersion7 {
    private let file: InputFile
    private let preamble: TraceDatPreamble
    private let decompressor: BlockDecompressor
    private(set) var metadata: TraceDatMetadata
    /// Where the sections stand, by number.
    private var places: [UInt16: Int] = [:]
    private var hasText = false

    init(_ file: InputFile, _ preamble: TraceDatPreamble) {
        self.file = file
        self.preamble = preamble
        decompressor = BlockDecompressor(preamble.compression)
        metadata = TraceDatMetadata(layout: preamble.layout)
    }

    mutating func read() throws(TraceError) {
        try readOptions(at: preamble.optionsOffset)
        if metadata.buffers.isEmpty && hasText {
            throw .unsupported(file, "text of a latency tracer", remedy: "record with function_graph")
        }
        if var cursor = try content(of: TraceDatOption.headerInfo) { try metadata.readHeaderInfo(&cursor) }
        if var cursor = try content(of: TraceDatOption.ftraceFormats) { try metadata.readFtraceFormats(&cursor) }
        if var cursor = try content(of: TraceDatOption.eventFormats) { try metadata.readEventSystems(&cursor) }
        if var cursor = try content(of: TraceDatOption.symbols) { try metadata.readSymbols(&cursor) }
        if var cursor = try content(of: TraceDatOption.commandLines) { try metadata.readCommandLines(&cursor) }
    }

    /// - Returns: nil for what the recorder could not record.
    private func content(of id: UInt16) throws(TraceError) -> FileCursor? {
        guard let place = places[id] else { return nil }
        let cursor = try section(id, at: place).content(decompressor)
        return cursor.isAtEnd ? nil : cursor
    }

    // MARK: Options

    /// Options say where the next ones are, always behind themselves: recorders append them. So a chain ends.
    private mutating func readOptions(at first: UInt64) throws(TraceError) {
        var next = first
        var left = TraceDatOptions.maxBytes
        while next != 0 {
            guard next <= UInt64(file.size) else {
                throw .damaged(file, "options would stand behind the end of the file (byte \(next))")
            }
            let section = try section(TraceDatOption.done, at: Int(next))
            var cursor = try section.content(decompressor)
            left -= cursor.end - cursor.offset
            guard left >= 0 else { throw .damaged(file, "too many options") }
            next = try readOptions(&cursor)
            guard next == 0 || next >= UInt64(section.end) else {
                throw .damaged(file, "options lead back from byte \(section.end) to byte \(next)")
            }
        }
    }

    /// - Returns: where the next options are; 0 if there are none.
    private mutating func readOptions(_ cursor: inout FileCursor) throws(TraceError) -> UInt64 {
        while !cursor.isAtEnd {
            let id = try cursor.unsigned16("option")
            let size = try cursor.size32("option \(id)")
            var content = FileCursor(cursor.source, cursor.offset..<(cursor.offset + size))
            try cursor.skip(size, "option \(id)")
            if id == TraceDatOption.done { return try content.unsigned64("place of the next options") }
            if size > TraceDatOptions.limit(of: id) {
                metadata.options.passOver(id)
            } else {
                try take(id, &content)
            }
        }
        return 0
    }

    private mutating func take(_ id: UInt16, _ content: inout FileCursor) throws(TraceError) {
        switch id {
        case TraceDatOption.headerInfo...TraceDatOption.commandLines:
            let place = try content.unsigned64("place of section \(id)")
            guard place <= UInt64(file.size) else {
                throw .damaged(file, "section \(id) would stand behind the end of the file (byte \(place))")
            }
            places[id] = Int(place)
        case TraceDatOption.buffer: try takeBuffer(&content)
        case TraceDatOption.bufferText: hasText = true
        default: try metadata.options.take(id, &content)
        }
    }

    private func section(_ id: UInt16, at place: Int) throws(TraceError) -> TraceDatSection {
        let section = try TraceDatSection(ByteSource(file), at: place)
        guard section.id == id else {
            throw .damaged(file, "section \(section.id) at byte \(place) instead of \(id)")
        }
        return section
    }

    // MARK: Buffers

    /// Place of its section, names of instance and clock, page size, and each CPU's place.
    private mutating func takeBuffer(_ cursor: inout FileCursor) throws(TraceError) {
        let place = try cursor.unsigned64("place of a buffer")
        let name = try cursor.string("name of an instance", limit: 256)
        let clock = try cursor.string("trace clock", limit: 256)
        guard metadata.buffers.count < TraceBuffer.maxInFile else { throw .damaged(file, "too many buffers") }
        guard place <= UInt64(file.size) else {
            throw .damaged(file, "the buffer '\(name)' would lie behind the end of the file")
        }
        let section = try section(TraceDatOption.buffer, at: Int(place))
        let compression = section.isCompressed ? preamble.compression : .none
        let left = cursor.end - cursor.offset
        // The manual page has no page size here; recorders write it.
        let hasPageSize = left % Self.cpuSize == 8
        let pageSize =
            hasPageSize ? try TraceBuffer.pageSize(try cursor.unsigned32("page size"), file) : preamble.pageSize
        var cpus: [Int: CPUData] = [:]
        for _ in 0..<(try cursor.unsigned32("number of CPUs")) {
            let cpu = Int(try cursor.unsigned32("number of a CPU"))
            let offset = try cursor.unsigned64("place of CPU \(cpu)'s data")
            let size = try cursor.unsigned64("size of CPU \(cpu)'s data")
            guard cpus[cpu] == nil else { throw .damaged(file, "two buffers of CPU \(cpu)") }
            cpus[cpu] = try CPUData(cpu: cpu, offset: offset, size: size, compression, in: file)
        }
        try metadata.add(
            TraceBuffer(
                name: name, clock: clock.isEmpty ? nil : clock, pageSize: pageSize,
                cpus: cpus.values.sorted { $0.cpu < $1.cpu }),
            of: file)
    }

    /// Bytes of a CPU's entry in a buffer's option: number, place, size.
    private static let cpuSize = 20
}
