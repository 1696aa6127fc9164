/// Reads the function_graph events of a trace.dat: all CPUs' buffers in one pass, merged by time.
struct TraceDatReader<Consumer: CallConsumer> {
    private(set) var builder: StackBuilder<Consumer>
    private let file: InputFile
    private let header: TraceDatHeader
    private let names: TraceNames
    private var functionIDs: [UInt64: FunctionID] = [:]

    init(file: InputFile, header: TraceDatHeader, names: TraceNames, consumer: Consumer) {
        self.file = file
        self.header = header
        self.names = names
        builder = StackBuilder(consumer: consumer, lossesAreMarked: true)
    }

    mutating func read() throws(TraceError) {
        var streams: [CPUStream] = []
        for data in header.top.cpus {
            var stream = CPUStream(file: file, data: data, pageSize: header.top.pageSize, layout: header.layout)
            try stream.advance()
            if !stream.isAtEnd { streams.append(stream) }
        }
        while let next = Self.earliest(streams) {
            try drain(&streams[next.index], until: next.limit)
            if streams[next.index].isAtEnd { streams.remove(at: next.index) }
        }
        builder.finish()
    }

    /// The stream whose head is first, and the time up to which it stays so: the first head of all others.
    private static func earliest(_ streams: [CPUStream]) -> (index: Int, limit: UInt64)? {
        guard var index = streams.indices.first else { return nil }
        var limit = UInt64.max
        for other in streams.indices.dropFirst() {
            if streams[other].timestamp < streams[index].timestamp {
                limit = streams[index].timestamp
                index = other
            } else {
                limit = min(limit, streams[other].timestamp)
            }
        }
        return (index, limit)
    }

    private mutating func drain(_ stream: inout CPUStream, until limit: UInt64) throws(TraceError) {
        repeat {
            take(stream)
            try stream.advance()
        } while !stream.isAtEnd && stream.timestamp <= limit
    }

    private mutating func take(_ stream: borrowing CPUStream) {
        switch stream.head {
        case .event(let record):
            builder.counts.records += 1
            take(record, in: stream.chunk.span.bytes, cpu: stream.cpu, timestamp: stream.timestamp)
        case .loss(let count): builder.loss(cpu: stream.cpu, count: count)
        case .damaged:
            builder.counts.records += 1
            builder.counts.unparsedLines += 1
            builder.loss(cpu: stream.cpu, count: nil)
        case .end: break
        }
    }

    private mutating func take(_ record: Range<Int>, in bytes: RawSpan, cpu: Int, timestamp: UInt64) {
        let formats = header.formats
        let type = formats.type.value(in: bytes, record: record)
        let understood: Bool
        switch type {
        case nil: understood = false
        case formats.entry?.id: understood = entry(record, formats.entry, in: bytes, cpu: cpu, timestamp: timestamp)
        case formats.returnAddressEntry?.id:
            understood = entry(record, formats.returnAddressEntry, in: bytes, cpu: cpu, timestamp: timestamp)
        case formats.exit?.id: understood = exit(record, in: bytes, cpu: cpu, timestamp: timestamp)
        default:
            builder.counts.comments += 1
            return
        }
        if !understood { builder.counts.unparsedLines += 1 }
    }

    private mutating func entry(
        _ record: Range<Int>, _ layout: EventFormats.Entry?, in bytes: RawSpan, cpu: Int, timestamp: UInt64
    ) -> Bool {
        guard let layout, let task = task(record, in: bytes, cpu: cpu),
            let function = layout.function.value(in: bytes, record: record),
            let depth = layout.depth.value(in: bytes, record: record), depth <= Limits.depth
        else { return false }
        builder.entry(
            EntryRecord(
                task: task, cpu: cpu, depth: Int(depth), function: functionID(function), timestamp: timestamp))
        return true
    }

    private mutating func exit(_ record: Range<Int>, in bytes: RawSpan, cpu: Int, timestamp: UInt64) -> Bool {
        guard let layout = header.formats.exit, let task = task(record, in: bytes, cpu: cpu),
            let function = layout.function.value(in: bytes, record: record),
            let depth = layout.depth.value(in: bytes, record: record), depth <= Limits.depth,
            let callTime = layout.callTime.value(in: bytes, record: record),
            let returnTime = layout.returnTime.value(in: bytes, record: record), returnTime >= callTime
        else { return false }
        builder.exit(
            ExitRecord(
                task: task, cpu: cpu, depth: Int(depth), function: functionID(function),
                duration: returnTime - callTime, rounding: 0, timestamp: timestamp))
        return true
    }

    private func task(_ record: Range<Int>, in bytes: RawSpan, cpu: Int) -> TaskKey? {
        guard let pid = header.formats.pid.value(in: bytes, record: record),
            let tid = Int32(exactly: pid)
        else { return nil }
        return .thread(tid, cpu: cpu)
    }

    private mutating func functionID(_ address: UInt64) -> FunctionID {
        if let id = functionIDs[address] { return id }
        let function =
            header.symbols.function(at: address)
            ?? Function(name: "0x" + String(address, radix: 16), module: nil)
        let id = names.intern(function)
        functionIDs[address] = id
        return id
    }
}
