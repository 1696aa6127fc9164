import CTraceevent

/// Where a field stands in an event's record, in bytes from the record's begin, common header included.
struct Field: Equatable {
    let offset: Int
    /// 1, 2, 4 or 8.
    let size: Int

    /// The field's value, zero-extended; nil if the record is too short.
    @inline(__always)
    func value(in page: RawSpan, record: Range<Int>) -> UInt64? {
        guard offset + size <= record.count else { return nil }
        let at = record.lowerBound + offset
        switch size {
        case 8: return page.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
        case 4: return UInt64(page.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
        case 2: return UInt64(page.unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self))
        default: return UInt64(page.unsafeLoad(fromByteOffset: at, as: UInt8.self))
        }
    }
}

/// The layouts of the function_graph events, as the traced kernel described them in the file: fields have moved often
/// between 3.10 and 7.x, and distribution kernels backport, so nothing is taken from the kernel's version.
struct EventFormats {
    struct Entry {
        let id: UInt64
        let function: Field
        let depth: Field
        /// Records that are shorter lack a field.
        let minimumSize: Int
    }
    struct Exit {
        let id: UInt64
        let function: Field
        let depth: Field
        let callTime: Field
        let returnTime: Field
        /// Records that are shorter lack a field.
        let minimumSize: Int
    }

    /// Every event's header.
    let type: Field
    let pid: Field
    let entry: Entry
    let exit: Exit

    /// - Parameter formats: texts of `events/ftrace/*/format`.
    /// - Returns: nil if they lack the function_graph events or one of their fields.
    init?(formats: [[UInt8]]) {
        guard let parser = tep_alloc() else { return nil }
        defer { tep_free(parser) }
        tep_set_loglevel(TEP_LOG_NONE)
        var events: [String: UnsafeMutablePointer<tep_event>] = [:]
        for format in formats {
            guard let name = Self.name(of: format), name == "funcgraph_entry" || name == "funcgraph_exit",
                let event = Self.parse(format, parser)
            else { continue }
            events[name] = event
        }
        guard let entry = events["funcgraph_entry"], let exit = events["funcgraph_exit"],
            let type = Self.field("common_type", entry), let pid = Self.field("common_pid", entry),
            let entryLayout = Self.entry(entry), let exitLayout = Self.exit(exit)
        else { return nil }
        self.type = type
        self.pid = pid
        self.entry = entryLayout
        self.exit = exitLayout
    }

    private static func entry(_ event: UnsafeMutablePointer<tep_event>) -> Entry? {
        guard let function = field("func", event), let depth = field("depth", event) else { return nil }
        return Entry(
            id: UInt64(UInt32(bitPattern: event.pointee.id)), function: function, depth: depth,
            minimumSize: end(of: [function, depth]))
    }

    private static func exit(_ event: UnsafeMutablePointer<tep_event>) -> Exit? {
        guard let function = field("func", event), let depth = field("depth", event),
            let callTime = field("calltime", event), let returnTime = field("rettime", event)
        else { return nil }
        return Exit(
            id: UInt64(UInt32(bitPattern: event.pointee.id)), function: function, depth: depth, callTime: callTime,
            returnTime: returnTime, minimumSize: end(of: [function, depth, callTime, returnTime]))
    }

    /// The common header has 8 bytes.
    private static func end(of fields: [Field]) -> Int { fields.map { $0.offset + $0.size }.reduce(8, max) }

    private static func field(_ name: String, _ event: UnsafeMutablePointer<tep_event>) -> Field? {
        guard let found = tep_find_any_field(event, name) else { return nil }
        let (offset, size) = (Int(found.pointee.offset), Int(found.pointee.size))
        guard offset >= 0, offset < 4096, [1, 2, 4, 8].contains(size) else { return nil }
        return Field(offset: offset, size: size)
    }

    private static func name(of format: [UInt8]) -> String? {
        guard format.starts(with: "name: ".utf8) else { return nil }
        return String(decoding: format.dropFirst(6).prefix { $0 != 0x0a }.prefix(64), as: UTF8.self)
    }

    /// libtraceevent gets the fields only. The print format behind them is a C expression in the file of a stranger, its
    /// parser recurses on it, and we print nothing with it.
    private static func parse(_ format: [UInt8], _ parser: OpaquePointer) -> UnsafeMutablePointer<tep_event>? {
        let lines = format.split(separator: 0x0a, omittingEmptySubsequences: false)
            .prefix { !$0.starts(with: "print fmt:".utf8) }
        let isPlain = lines.allSatisfy { $0.count <= 256 && $0.allSatisfy { $0 == 9 || (0x20..<0x7f).contains($0) } }
        guard isPlain, lines.count <= 128 else { return nil }
        let text = String(decoding: Array(lines.joined(separator: [0x0a])), as: UTF8.self) + "\nprint fmt: \"\"\n"
        var event: UnsafeMutablePointer<tep_event>?
        let result = tep_parse_format(parser, &event, text, UInt(text.utf8.count), "ftrace")
        return result == TEP_ERRNO__SUCCESS ? event : nil
    }
}
