/// What stands in a trace.dat of version 6 before the ring buffers' pages, and where those are.
struct TraceDatHeader {
    struct CPUData: Equatable {
        let offset: Int
        let size: Int
    }

    let pageSize: Int
    let formats: EventFormats
    let symbols: SymbolTable
    let comms: [Int32: String]
    /// Kernel release; nil if the recorder did not store it.
    let kernel: String?
    /// Name of the trace clock; nil if the recorder did not store it.
    let clock: String?
    /// One for each CPU, in the order of the CPUs' numbers.
    let cpus: [CPUData]
    /// What a reader of the report should know about the file.
    let notes: [String]

    static let magic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)

    init(_ file: InputFile) throws(TraceError) {
        var cursor = FileCursor(file)
        guard try cursor.bytes(Self.magic.count, "magic") == Self.magic else {
            throw Self.damaged(file, "no magic number")
        }
        pageSize = try Self.preamble(&cursor, file)
        try cursor.literal("header_page\0")
        _ = try cursor.sized64("header_page")
        try cursor.literal("header_event\0")
        _ = try cursor.sized64("header_event")
        let formatTexts = try Self.ftraceFormats(&cursor)
        try Self.skipSystems(&cursor)
        symbols = SymbolTable(kallsyms: try cursor.sized32("kallsyms"))
        _ = try cursor.sized32("printk formats")
        comms = Self.comms(try cursor.sized64("command names"))
        let cpuCount = Int(try cursor.unsigned32("CPU count"))
        guard cpuCount <= Limits.cpu else { throw Self.damaged(file, "a claim of \(cpuCount) CPUs") }
        let options = try Self.options(&cursor, file)
        kernel = options.kernel
        cpus = try Self.cpuData(&cursor, file, count: cpuCount, pageSize: pageSize)
        // An empty option says that the clock's name follows here.
        clock = options.clock == "" ? Self.chosen(try cursor.sized64("trace clock")) : options.clock
        guard let formats = EventFormats(formats: formatTexts) else {
            throw TraceError(
                .otherTracer, path: file.path, "it describes no function_graph events",
                remedy: "record with `dmflow capture` or `trace-cmd record -p function_graph`")
        }
        self.formats = formats
        var notes = options.notes
        if symbols.isEmpty { notes.append("no function names: /proc/kallsyms was not readable when this was recorded") }
        self.notes = notes
    }

    // MARK: Parts

    /// Version, byte order, word size and page size.
    private static func preamble(_ cursor: inout FileCursor, _ file: InputFile) throws(TraceError) -> Int {
        let version = try cursor.string("version", limit: 16)
        guard version == "6" else {
            throw unsupported(
                file, "trace.dat version \(version)", remedy: "convert it: trace-cmd convert --file-version 6")
        }
        guard try cursor.bytes(1, "byte order") == [0] else {
            throw unsupported(file, "a big-endian trace", remedy: "use trace-cmd report and read its text")
        }
        guard try cursor.bytes(1, "word size") == [8] else {
            throw unsupported(file, "a trace of a 32-bit kernel", remedy: "use trace-cmd report and read its text")
        }
        let pageSize = Int(try cursor.unsigned32("page size"))
        guard pageSize >= 512, pageSize <= 1 << 20, pageSize & (pageSize - 1) == 0 else {
            throw damaged(file, "a page size of \(pageSize)")
        }
        return pageSize
    }

    private static func ftraceFormats(_ cursor: inout FileCursor) throws(TraceError) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        for _ in 0..<(try cursor.unsigned32("number of ftrace formats")) {
            texts.append(try cursor.sized64("ftrace format"))
        }
        return texts
    }

    /// Formats of other events; what they say is not needed to count them.
    private static func skipSystems(_ cursor: inout FileCursor) throws(TraceError) {
        for _ in 0..<(try cursor.unsigned32("number of event systems")) {
            _ = try cursor.string("event system", limit: 256)
            for _ in 0..<(try cursor.unsigned32("number of events")) { try cursor.skip64("event format") }
        }
    }

    /// Lines of `TID name`.
    private static func comms(_ text: [UInt8]) -> [Int32: String] {
        var comms: [Int32: String] = [:]
        for line in text.split(separator: 0x0a) {
            let parts = line.split(separator: space, maxSplits: 1)
            guard parts.count == 2, let tid = Int32(String(decoding: parts[0], as: UTF8.self)) else { continue }
            comms[tid] = printable(parts[1])
        }
        return comms
    }

    private static func cpuData(
        _ cursor: inout FileCursor, _ file: InputFile, count: Int, pageSize: Int
    ) throws(TraceError) -> [CPUData] {
        let kind = try cursor.bytes(10, "kind of data")
        if kind == Array("latency  \0".utf8) {
            throw unsupported(file, "text of a latency tracer", remedy: "record with function_graph")
        }
        guard kind == Array("flyrecord\0".utf8) else { throw damaged(file, "unknown data behind the options") }
        var cpus: [CPUData] = []
        for cpu in 0..<count {
            let offset = try cursor.unsigned64("place of CPU \(cpu)'s data")
            let size = try cursor.unsigned64("size of CPU \(cpu)'s data")
            guard size == 0 || (offset <= UInt64(file.size) && size <= UInt64(file.size) - offset) else {
                throw damaged(file, "the data of CPU \(cpu) would end behind the end of the file")
            }
            cpus.append(CPUData(offset: size == 0 ? 0 : Int(offset), size: Int(size)))
        }
        return cpus
    }

    // MARK: Options

    private struct Options {
        var kernel: String?
        /// Empty if the name stands elsewhere.
        var clock: String?
        var notes: [String] = []
    }

    private enum OptionID {
        static let end: UInt16 = 0
        static let buffer: UInt16 = 3
        static let traceClock: UInt16 = 4
        static let uname: UInt16 = 5
    }

    private static func options(_ cursor: inout FileCursor, _ file: InputFile) throws(TraceError) -> Options {
        var options = Options()
        try cursor.literal("options  \0")
        while true {
            let id = try cursor.unsigned16("option")
            guard id != OptionID.end else { return options }
            let data = try cursor.sized32("option \(id)")
            switch id {
            case OptionID.traceClock: options.clock = chosen(data)
            case OptionID.uname: options.kernel = release(data)
            case OptionID.buffer:
                let name = printable(data.dropFirst(8).prefix { $0 != 0 })
                options.notes.append("the buffer of instance '\(name)' is not read, only the top-level one")
            default: break
            }
        }
    }

    /// `local [mono] boot`, as tracefs has it, or `mono` alone → `mono`.
    private static func chosen(_ data: [UInt8]) -> String {
        let text = data.prefix { $0 != 0 && $0 != 0x0a }
        guard let open = text.firstIndex(of: UInt8(ascii: "[")) else { return printable(text) }
        return printable(text[(open + 1)...].prefix { $0 != UInt8(ascii: "]") })
    }

    /// `Linux host 6.1.0-35-amd64 …` → `6.1.0-35-amd64`.
    private static func release(_ data: [UInt8]) -> String? {
        let words = data.prefix { $0 != 0 }.split(separator: space)
        return words.count >= 3 ? printable(words[2]) : nil
    }

    // MARK: Errors

    private static func damaged(_ file: InputFile, _ what: String) -> TraceError {
        TraceError(
            .damaged, path: file.path, "damaged trace.dat: \(what)",
            remedy: "copy or record it again")
    }

    private static func unsupported(_ file: InputFile, _ what: String, remedy: String) -> TraceError {
        TraceError(.unsupported, path: file.path, "\(printable(what.utf8)) is not supported", remedy: remedy)
    }
}
