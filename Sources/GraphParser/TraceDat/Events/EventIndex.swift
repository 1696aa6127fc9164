import TraceFormat

/// Where in a trace.dat each event's format stands.
struct EventIndex: Sendable {
    struct Place: Sendable {
        /// Numbers in `sources` and `systems`.
        let source: Int
        let system: Int
        let offset: Int
        let size: Int
    }

    private(set) var sources: [ByteSource] = []
    private(set) var systems: [String] = ["ftrace"]
    /// By the event's number.
    private(set) var places: [Int: Place] = [:]
    /// A uprobe's event at the entry or return of a function in user space.
    struct UserCall: Sendable {
        let kind: GraphEvent.Kind
        let function: Function
    }

    /// By the event's number.
    private(set) var userCalls: [Int: UserCall] = [:]
    /// By the event's number.
    private(set) var names: [Int: String] = [:]
    /// Numbers of the events that tracers write, by name.
    private(set) var ftraceIDs: [String: Int] = [:]

    /// A record has 16 bits for its event's number.
    private static let maxEvents = 1 << 16
    private var formatCount = 0
    /// Bytes of a format that hold its name and number, and those that hold its fields.
    private static let headSize = 192
    private static let fieldsSize = 32 << 10

    /// Reads over `number, then that many formats with their sizes`.
    mutating func addFtraceFormats(_ cursor: inout FileCursor) throws(TraceError) {
        sources.append(cursor.source)
        try addFormats(&cursor, system: 0)
    }

    /// Reads over `number of systems, then each one's name and formats`.
    mutating func addSystems(_ cursor: inout FileCursor) throws(TraceError) {
        sources.append(cursor.source)
        let count = try cursor.unsigned32("number of event systems")
        guard count <= Self.maxEvents else { throw .damaged(cursor.file, "a claim of \(count) event systems") }
        for _ in 0..<count {
            systems.append(try cursor.string("event system", limit: 256))
            try addFormats(&cursor, system: systems.count - 1)
        }
    }

    /// Takes formats that are in no file.
    ///
    /// - Parameter system: their folder in tracefs' events.
    mutating func add(_ formats: [[UInt8]], of system: String) {
        let text = formats.flatMap { $0 }
        sources.append(ByteSource(InputFile(text, name: system)))
        let number = systems.firstIndex(of: system) ?? systems.count
        if number == systems.count { systems.append(system) }
        var offset = 0
        for format in formats {
            add(format.prefix(Self.headSize), at: offset, size: format.count, system: number)
            offset += format.count
        }
    }

    private mutating func addFormats(_ cursor: inout FileCursor, system: Int) throws(TraceError) {
        let count = try cursor.unsigned32("number of events")
        formatCount += Int(count)
        guard formatCount <= Self.maxEvents else { throw .damaged(cursor.file, "a claim of \(formatCount) events") }
        for _ in 0..<count {
            let size = try cursor.size64("event format")
            add(try cursor.peek(min(size, Self.headSize)), at: cursor.offset, size: size, system: system)
            try cursor.skip(size, "event format")
        }
    }

    /// - Parameter head: `name: NAME`, `ID: NUMBER` and more.
    private mutating func add(_ head: ArraySlice<UInt8>, at offset: Int, size: Int, system: Int) {
        let lines = head.split(separator: 0x0a, maxSplits: 2)
        guard lines.count >= 2, lines[0].starts(with: "name: ".utf8), lines[1].starts(with: "ID: ".utf8),
            let id = Int(String(decoding: lines[1].dropFirst(4), as: UTF8.self)), (1..<Self.maxEvents).contains(id)
        else { return }
        places[id] = Place(
            source: sources.count - 1, system: system, offset: offset, size: min(size, Self.fieldsSize))
        names[id] = printable(lines[0].dropFirst(6))
        userCalls[id] = systems[system] == ProbeName.group ? Self.userCall(lines[0].dropFirst(6)) : nil
        if system == 0 { ftraceIDs[String(decoding: lines[0].dropFirst(6), as: UTF8.self)] = id }
    }

    private static func userCall(_ name: ArraySlice<UInt8>) -> UserCall? {
        let bytes = Array(name)
        guard let name = ProbeName(bytes.span, from: 0), name.whole.upperBound == bytes.count else { return nil }
        return UserCall(kind: name.eventKind, function: name.function(in: bytes.span))
    }
}
