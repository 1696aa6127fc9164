import TraceFormat

/// A trace.dat of version 6: everything stands one behind the other.
struct TraceDatVersion6 {
    private let file: InputFile
    private let pageSize: Int
    private var cursor: FileCursor
    private(set) var metadata: TraceDatMetadata

    /// - Parameter cursor: behind the preamble.
    init(_ cursor: FileCursor, _ preamble: TraceDatPreamble) {
        self.cursor = cursor
        file = cursor.file
        pageSize = preamble.pageSize
        metadata = TraceDatMetadata(layout: preamble.layout)
    }

    mutating func read() throws(TraceError) {
        try metadata.readHeaderInfo(&cursor)
        try metadata.readFtraceFormats(&cursor)
        try metadata.readEventSystems(&cursor)
        try metadata.readSymbols(&cursor)
        try cursor.skip(try cursor.size32("printk formats"), "printk formats")
        try metadata.readCommandLines(&cursor)
        let cpuCount = Int(try cursor.unsigned32("CPU count"))
        guard cpuCount <= Limits.cpu else { throw .damaged(file, "a claim of \(cpuCount) CPUs") }
        metadata.cpuCount = cpuCount
        if try Self.kind(&cursor) == TraceDatFormat.Kind.options {
            try readOptions()
            try Self.expectPages(try Self.kind(&cursor), file)
        }
        let top = try buffer("", cpuCount: cpuCount, &cursor)
        try metadata.add(top, of: file)
        for instance in metadata.options.instances { try readInstance(instance, cpuCount: cpuCount) }
    }

    private mutating func readOptions() throws(TraceError) {
        let begin = cursor.offset
        while true {
            guard cursor.offset - begin <= TraceDatOptions.maxBytes else { throw .damaged(file, "too many options") }
            let id = try cursor.unsigned16("option")
            if id == TraceDatOption.done { return }
            let size = try cursor.size32("option \(id)")
            if id != TraceDatOption.buffer && size > TraceDatOptions.limit(of: id) {
                metadata.options.passOver(id)
                try cursor.skip(size, "option \(id)")
                continue
            }
            var content = FileCursor(cursor.source, cursor.offset..<(cursor.offset + size))
            try cursor.skip(size, "option \(id)")
            if id == TraceDatOption.buffer {
                try metadata.options.takeInstance(&content)
            } else {
                try metadata.options.take(id, &content)
            }
        }
    }

    // MARK: Buffers

    private mutating func readInstance(_ instance: TraceDatOptions.Instance, cpuCount: Int) throws(TraceError) {
        guard instance.offset < UInt64(file.size) else {
            throw .damaged(file, "the buffer of instance '\(instance.name)' would lie behind the end of the file")
        }
        var cursor = FileCursor(cursor.source, Int(instance.offset)..<file.size)
        try Self.expectPages(try Self.kind(&cursor), file)
        let buffer = try buffer(instance.name, cpuCount: instance.cpuCount ?? cpuCount, &cursor)
        try metadata.add(buffer, of: file)
    }

    /// A table of each CPU's place and size, and behind it the clock's name.
    private func buffer(_ name: String, cpuCount: Int, _ cursor: inout FileCursor) throws(TraceError) -> TraceBuffer {
        var cpus: [CPUData] = []
        for cpu in 0..<cpuCount {
            let offset = try cursor.unsigned64("place of CPU \(cpu)'s data")
            let size = try cursor.unsigned64("size of CPU \(cpu)'s data")
            if let data = try CPUData(cpu: cpu, offset: offset, size: size, .none, in: file) { cpus.append(data) }
        }
        // An empty option says that the name stands here. Some recorders write none, and padding follows.
        let named = metadata.options.clock == "" || !name.isEmpty ? try Self.clock(&cursor) : nil
        let clock = named ?? metadata.options.clock
        return TraceBuffer(name: name, clock: clock == "" ? nil : clock, pageSize: pageSize, cpus: cpus)
    }

    private static func clock(_ cursor: inout FileCursor) throws(TraceError) -> String? {
        guard cursor.end - cursor.offset >= 8 else { return nil }
        let size = try cursor.unsigned64("trace clock")
        guard (1...256).contains(size) else { return nil }
        return TraceDatOptions.chosenClock(try cursor.bytes(Int(size), "trace clock"))
    }

    private static func kind(_ cursor: inout FileCursor) throws(TraceError) -> String {
        try cursor.string("kind of data", limit: TraceDatFormat.Kind.size)
    }

    private static func expectPages(_ kind: String, _ file: InputFile) throws(TraceError) {
        if kind == TraceDatFormat.Kind.text {
            throw .unsupported(file, "text of a latency tracer", remedy: "record with function_graph")
        }
        guard kind == TraceDatFormat.Kind.pages else { throw .damaged(file, "unknown data behind the options") }
    }
}
