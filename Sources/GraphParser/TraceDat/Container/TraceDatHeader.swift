import TraceFormat

/// What stands in a trace.dat beside the ring buffers' pages, and where those are.
struct TraceDatHeader: Sendable {
    /// How to read the pages.
    let description: TraceDescription
    /// Which recording it is of, as far as the recorder stored it.
    let identity: TraceIdentity
    /// CPUs of the traced machine.
    let cpuCount: Int
    /// The top-level buffer, which is the first and can be empty, and those of instances.
    let buffers: [TraceBuffer]
    /// nil if another recorder made the file.
    let recording: RecordingStats?
    /// nil if the recorder stored none that can be read.
    let topology: Topology?
    let statistics: [BufferStatistics.Key: CPUStatistics]
    /// What a reader of the report should know about the file.
    let notes: [String]

    init(_ file: InputFile) throws(TraceError) {
        var cursor = FileCursor(ByteSource(file))
        let preamble = try TraceDatPreamble(&cursor)
        let metadata = try Self.metadata(cursor, preamble)
        let options = metadata.options
        description = try TraceDescription(
            layout: metadata.layout, events: metadata.events, symbols: metadata.symbols, comms: metadata.comms,
            time: options.time, path: file.path)
        buffers = Self.topFirst(metadata.buffers, pageSize: preamble.pageSize)
        recording = options.recording
        topology = options.topology
        statistics = options.statistics.ofCPU
        let ofOption = options.clock == "" ? nil : options.clock
        let clock = ofOption ?? buffers[0].clock ?? buffers.last?.clock
        identity = options.identity(clock: clock)
        cpuCount = max(metadata.cpuCount, options.cpuCount ?? 0, (buffers.flatMap(\.cpus).map(\.cpu).max() ?? -1) + 1)
        notes = Self.notes(metadata, clock: clock)
    }

    /// Whether it holds only the end of a recording, as was meant.
    var isWindow: Bool { recording?.keptNs != nil }

    /// The losses of each CPU that has no events in the file.
    var lossesWithoutData: [Int] {
        let present = Set(
            buffers.flatMap { buffer in buffer.cpus.map { BufferStatistics.Key(buffer: buffer.name, cpu: $0.cpu) } })
        return statistics.filter { !present.contains($0.key) }.map { $0.value.lost(isWindow: isWindow) }
    }

    /// The top-level buffer.
    var top: TraceBuffer { buffers[0] }

    private static func metadata(
        _ cursor: FileCursor, _ preamble: TraceDatPreamble
    ) throws(TraceError) -> TraceDatMetadata {
        if preamble.version == 6 {
            var reader = TraceDatVersion6(cursor, preamble)
            try reader.read()
            return reader.metadata
        }
        var reader = TraceDatVersion7(cursor.file, preamble)
        try reader.read()
        return reader.metadata
    }

    /// Version 7 leaves out buffers without data, and has the others in any order.
    private static func topFirst(_ buffers: [TraceBuffer], pageSize: Int) -> [TraceBuffer] {
        let top = buffers.filter { $0.name.isEmpty }
        let first = top.isEmpty ? [TraceBuffer(name: "", clock: nil, pageSize: pageSize, cpus: [])] : top
        return first + buffers.filter { !$0.name.isEmpty }
    }

    // MARK: Notes

    private static func notes(_ metadata: TraceDatMetadata, clock: String?) -> [String] {
        var notes = metadata.options.time.multiplier == 0 ? TimeConversion.notes(clock: clock) : []
        if metadata.options.isGuest { notes.append("a guest's trace: its times are not put on the host's clock") }
        // Who records no trees stores no names of functions.
        let hasNoTrees = metadata.options.recording.map { !$0.hasGraph } ?? false
        if metadata.symbols.isEmpty && !hasNoTrees {
            notes.append("no function names: /proc/kallsyms was not readable when this was recorded")
        }
        if metadata.symbols.isCut {
            notes.append("more symbols than a kernel has: only the first \(metadata.symbols.count) count")
        }
        if let flaw = metadata.options.topologyFlaw {
            notes.append("the multipath topology in this file cannot be read: it is \(flaw)")
        }
        return notes + (metadata.options.recording.map(notes(of:)) ?? [])
    }

    /// What a capture did not get, and no page tells.
    private static func notes(of recording: RecordingStats) -> [String] {
        var notes: [String] = []
        if let missed = recording.missedByProbes?.filter({ $0.value > 0 }), !missed.isEmpty {
            let probes = missed.sorted { $0.key < $1.key }.prefix(maxProbesNoted)
                .map { "\(printable($0.key)) \($0.value)" }
            let further = missed.count > probes.count ? " and further ones" : ""
            notes.append("kernel probes were passed over for calls: " + probes.joined(separator: ", ") + further)
        }
        for kind in recording.kinds ?? [] where kind.refused > 0 {
            notes.append("the kernel refused \(kind.refused) of what was to be recorded as \(printable(kind.kind))")
        }
        return notes
    }

    private static let maxProbesNoted = 8
}
