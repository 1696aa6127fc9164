import TraceFormat

/// What the options of a trace.dat tell. They have the same numbers in both versions; version 7 has more of them.
struct TraceDatOptions {
    /// A buffer option of version 6: where an instance's table of CPUs stands.
    struct Instance {
        let name: String
        let offset: UInt64
        /// nil if it has as many as the machine.
        var cpuCount: Int?
    }

    /// nil if the recorder did not store it.
    private(set) var system: SystemName?
    /// Name and version of the recorder.
    private(set) var writer: String?
    /// Empty if the name stands elsewhere.
    private(set) var clock: String?
    private(set) var time = TimeConversion()
    private(set) var cpuCount: Int?
    /// A guest's trace with what is needed to put it beside its host's.
    private(set) var isGuest = false
    private(set) var instances: [Instance] = []
    private(set) var recording: RecordingStats?
    /// nil if the recorder stored none, or a broken one.
    private(set) var topology: Topology?
    /// Why it is broken.
    private(set) var topologyFlaw: String?
    private(set) var statistics = BufferStatistics()

    /// Larger ones are damaged: the longest that is read lists the CPUs of a buffer.
    static let maxSize = 1 << 20
    /// Bytes of all options of a file. They are compressed in some files, so that few bytes can become many.
    static let maxBytes = 64 << 20

    /// Bytes that an option may have to be taken.
    static func limit(of id: UInt16) -> Int { id == TraceDatOption.topology ? Topology.maxSize : maxSize }

    /// Notes an option that is larger than that.
    mutating func passOver(_ id: UInt16) {
        if id == TraceDatOption.topology { topologyFlaw = Topology.Broken.tooLarge.reason }
    }

    /// Takes an option that both versions have; others are passed over.
    ///
    /// - Parameter cursor: over the option's content.
    mutating func take(_ id: UInt16, _ cursor: inout FileCursor) throws(TraceError) {
        switch id {
        case TraceDatOption.cpuStatistics: try takeStatistics(&cursor)
        case TraceDatOption.traceClock: clock = Self.chosenClock(try Self.content(&cursor))
        case TraceDatOption.systemName: system = SystemName(option: try Self.content(&cursor))
        // Microseconds, and nanoseconds, as text.
        case TraceDatOption.date: time.offset &+= Self.number(try Self.content(&cursor)) &* 1000
        case TraceDatOption.offset: time.offset &+= Self.number(try Self.content(&cursor))
        case TraceDatOption.writer: writer = printable(try Self.content(&cursor).prefix { $0 != 0 })
        case TraceDatOption.cpuCount: try takeCPUCount(&cursor)
        case TraceDatOption.topology: try takeTopology(&cursor)
        case TraceDatOption.timeShift: isGuest = true
        case TraceDatOption.ticksToTime:
            time.multiplier = try cursor.unsigned32("clock rate")
            time.shift = try cursor.unsigned32("clock rate")
        default: break
        }
    }

    /// Which recording it is of, as far as options tell.
    ///
    /// - Parameter clock: where it is known from elsewhere, too.
    func identity(clock: String?) -> TraceIdentity {
        var identity = TraceIdentity(system: system, clock: clock, stats: recording)
        identity.writer = writer
        return identity
    }

    /// Version 6: name and place of an instance's buffer.
    mutating func takeInstance(_ cursor: inout FileCursor) throws(TraceError) {
        let offset = try cursor.unsigned64("place of an instance's buffer")
        let name = try cursor.string("name of an instance", limit: 256)
        // Newer recorders list the top-level buffer too, which has its place in the header.
        guard !name.isEmpty else { return }
        guard instances.count < TraceBuffer.maxInFile else { throw .damaged(cursor.file, "too many buffers") }
        instances.append(Instance(name: name, offset: offset))
    }

    private mutating func takeStatistics(_ cursor: inout FileCursor) throws(TraceError) {
        let content = try Self.content(&cursor)
        if let stats = RecordingStats(option: content) {
            recording = stats
        } else if !statistics.take(content) {
            throw .damaged(cursor.file, "statistics of too many CPUs")
        }
    }

    private mutating func takeTopology(_ cursor: inout FileCursor) throws(TraceError) {
        let content = try Self.content(&cursor)
        do throws(Topology.Broken) { topology = try Topology(option: content) } catch { topologyFlaw = error.reason }
    }

    private mutating func takeCPUCount(_ cursor: inout FileCursor) throws(TraceError) {
        let count = Int(try cursor.unsigned32("CPU count"))
        guard count <= Limits.cpu else { throw .damaged(cursor.file, "a claim of \(count) CPUs") }
        // Version 6 says behind an instance how many CPUs that has, if not as many as the machine.
        if instances.isEmpty { cpuCount = count } else { instances[instances.count - 1].cpuCount = count }
    }

    // MARK: Contents

    private static func content(_ cursor: inout FileCursor) throws(TraceError) -> [UInt8] {
        try cursor.bytes(cursor.end - cursor.offset, "an option")
    }

    /// `local [mono] boot`, as tracefs has it, or `mono` alone → `mono`.
    static func chosenClock(_ data: [UInt8]) -> String {
        let text = data.prefix { $0 != 0 && $0 != 0x0a }
        guard let open = text.firstIndex(of: UInt8(ascii: "[")) else { return printable(text) }
        return printable(text[(open + 1)...].prefix { $0 != UInt8(ascii: "]") })
    }

    /// `0x1f` or `31`, with a sign before it; 0 for anything else.
    private static func number(_ data: [UInt8]) -> Int64 {
        let text = String(decoding: data.prefix { $0 != 0 && $0 != 0x0a }, as: UTF8.self)
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let value = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
        // As the clock's arithmetic does it wraps, for what no recorder writes.
        let bits = Int64(bitPattern: value ?? 0)
        return text.hasPrefix("-") ? 0 &- bits : bits
    }
}
