import TraceFormat

/// What a reader needs besides the pages, to know the events and name the functions and tasks in them.
struct TraceMetadata {
    let headerPage: [UInt8]
    let headerEvent: [UInt8]
    /// The `format` files of the events that tracers write (`funcgraph_entry`, …).
    let ftraceFormats: [[UInt8]]
    /// The same of the probes that a capture sets.
    let probeFormats: [[UInt8]]
    /// Symbols of code, in the form of /proc/kallsyms: of the functions that were recorded if it is sure which, or else all.
    let symbols: [UInt8]
    let printkFormats: [UInt8]
    /// `pid comm` lines.
    let commandLines: [UInt8]
    let clock: String
    let system: SystemName
    /// The kernel's random number of its boot; nil if it has none.
    let bootID: String?

    /// Reads it all. To be called after tracing, so that modules and tasks that appeared meanwhile are in it, and
    /// before tracefs is restored, as that forgets the tasks.
    ///
    /// - Parameters:
    ///   - pages: what was recorded, whose functions get names.
    ///   - threads: names of threads, by their numbers, that tell more than the kernel's.
    init(
        _ files: any TracingFiles, pages: [RingBufferRecording.Pages], pageSize: Int, clock: String,
        threads: [Int32: String] = [:], symbolFile: String = "/proc/kallsyms"
    ) throws(CaptureError) {
        headerPage = try files.readBytes("events/header_page")
        headerEvent = try files.readBytes("events/header_event")
        ftraceFormats = try Self.formats(files, of: "ftrace")
        probeFormats =
            files.exists("events/\(ProbeName.group)")
            ? try Self.formats(files, of: ProbeName.group) : []
        let all = CodeSymbols(kallsyms: try readWholeFile(symbolFile))
        let recorded = RecordedFunctions(graph: ftraceFormats, probes: probeFormats)?
            .addresses(in: pages, pageSize: pageSize)
        symbols = recorded.map { all.text(naming: $0) } ?? all.text
        printkFormats = files.exists("printk_formats") ? try files.readBytes("printk_formats") : []
        let tasks = files.exists("saved_cmdlines") ? try files.readBytes("saved_cmdlines") : []
        commandLines = Self.commandLines(tasks, threads: threads)
        self.clock = clock
        system = .running
        bootID = (try? readWholeFile("/proc/sys/kernel/random/boot_id")).map {
            String(decoding: $0, as: UTF8.self).trimmed
        }
    }

    init(
        headerPage: [UInt8], headerEvent: [UInt8], ftraceFormats: [[UInt8]], probeFormats: [[UInt8]] = [],
        symbols: [UInt8],
        printkFormats: [UInt8], commandLines: [UInt8], clock: String, system: SystemName,
        bootID: String? = nil
    ) {
        self.headerPage = headerPage
        self.headerEvent = headerEvent
        self.ftraceFormats = ftraceFormats
        self.probeFormats = probeFormats
        self.symbols = symbols
        self.printkFormats = printkFormats
        self.commandLines = commandLines
        self.clock = clock
        self.system = system
        self.bootID = bootID
    }

    /// `12 multipathd` becomes `12 multipathd[checkerloop]`; threads that recorded nothing are told, too.
    static func commandLines(_ tasks: [UInt8], threads: [Int32: String]) -> [UInt8] {
        if threads.isEmpty { return tasks }
        let others = String(decoding: tasks, as: UTF8.self).lines.filter { line in
            Int32(line.prefix { $0 != " " }).map { threads[$0] == nil } ?? true
        }
        let named = threads.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return Array((others.map(String.init) + named).map { $0 + "\n" }.joined().utf8)
    }

    private static func formats(_ files: any TracingFiles, of system: String) throws(CaptureError) -> [[UInt8]] {
        var formats: [[UInt8]] = []
        for event in try files.list("events/\(system)") where files.exists("events/\(system)/\(event)/format") {
            formats.append(try files.readBytes("events/\(system)/\(event)/format"))
        }
        return formats
    }

    /// Bytes that all this may take in a file, with room to spare: of all symbols, and modules may come.
    static func expectedSize(symbolFile: String) throws(CaptureError) -> Int {
        CodeSymbols(kallsyms: try readWholeFile(symbolFile)).text.count * 5 / 4 + (4 << 20)
    }
}
