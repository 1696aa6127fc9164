import TraceFormat

/// What a reader needs besides the pages, to know the events and name the functions and tasks in them.
struct TraceMetadata {
    let headerPage: [UInt8]
    let headerEvent: [UInt8]
    /// The `format` files of the events that tracers write (`funcgraph_entry`, …).
    let ftraceFormats: [[UInt8]]
    /// The same of the events that a capture records besides, by their systems; one of them is that of dmflow's own probes.
    let events: [EventSystem]

    /// The formats of events of one system.
    struct EventSystem: Equatable {
        let name: String
        let formats: [[UInt8]]
    }

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
    ///   - pages: what was recorded, whose functions get names; nil for all functions.
    ///   - threads: names of threads, by their numbers, that tell more than the kernel's.
    ///   - events: `SYSTEM/EVENT`, those that were recorded besides dmflow's own probes.
    ///   - symbolFile: nil if no function is to get a name.
    init(
        _ files: any TracingFiles, pages: [RingBufferRecording.Pages]?, pageSize: Int, clock: String,
        threads: [Int32: String] = [:], events: [String] = [], symbolFile: String? = "/proc/kallsyms"
    ) throws(CaptureError) {
        headerPage = try files.readBytes("events/header_page")
        headerEvent = try files.readBytes("events/header_event")
        ftraceFormats = try Self.formats(files, of: "ftrace")
        self.events = try Self.systems(files, of: events)
        if let symbolFile {
            let all = CodeSymbols(kallsyms: try readWholeFile(symbolFile))
            let functions = RecordedFunctions(graph: ftraceFormats, others: self.events.flatMap(\.formats))
            let recorded = pages.flatMap { functions?.addresses(in: $0, pageSize: pageSize) }
            symbols = recorded.map { all.text(naming: $0) } ?? all.text
        } else {
            symbols = []
        }
        printkFormats = files.exists("printk_formats") ? try files.readBytes("printk_formats") : []
        let tasks = files.exists("saved_cmdlines") ? try files.readBytes("saved_cmdlines") : []
        commandLines = Self.commandLines(tasks, threads: threads)
        self.clock = clock
        system = .running
        bootID = Self.runningBootID
    }

    /// The running kernel's random number of its boot; nil if it has none.
    static var runningBootID: String? {
        (try? readWholeFile("/proc/sys/kernel/random/boot_id")).map { String(decoding: $0, as: UTF8.self).trimmed }
    }

    init(
        headerPage: [UInt8], headerEvent: [UInt8], ftraceFormats: [[UInt8]], events: [EventSystem] = [],
        symbols: [UInt8], printkFormats: [UInt8], commandLines: [UInt8], clock: String, system: SystemName,
        bootID: String? = nil
    ) {
        self.headerPage = headerPage
        self.headerEvent = headerEvent
        self.ftraceFormats = ftraceFormats
        self.events = events
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

    private static func systems(
        _ files: any TracingFiles, of events: [String]
    ) throws(CaptureError) -> [EventSystem] {
        var systems: [EventSystem] = []
        if files.exists("events/\(ProbeList.group)") {
            systems.append(EventSystem(name: ProbeList.group, formats: try formats(files, of: ProbeList.group)))
        }
        let bySystem = Dictionary(grouping: events) { String($0.prefix { $0 != "/" }) }
        for (system, events) in bySystem.sorted(by: { $0.key < $1.key }) {
            var formats: [[UInt8]] = []
            // An event may have gone with its module, and what was recorded of it with it.
            for event in events where files.exists("events/\(event)/format") {
                formats.append(try files.readBytes("events/\(event)/format"))
            }
            if !formats.isEmpty { systems.append(EventSystem(name: system, formats: formats)) }
        }
        return systems
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
