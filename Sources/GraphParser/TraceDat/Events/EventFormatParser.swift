import CTraceevent

/// Reads the text of a `format` file with libtraceevent.
///
/// The library gets the fields only. The print format behind them is a C expression in the file of a stranger, the library's
/// parser recurses on it, and we print nothing with it.
enum EventFormatParser {
    private static let maxLineSize = 256
    private static let maxLines = 256

    /// - Parameter text: the begin of a format file, with all its fields.
    /// - Returns: nil if it is not one.
    static func parse(_ text: [UInt8], system: String) -> EventFormat? {
        guard let fields = fieldLines(text), let parser = tep_alloc() else { return nil }
        defer { tep_free(parser) }
        tep_set_loglevel(TEP_LOG_NONE)
        tep_set_long_size(parser, 8)
        var parsed: UnsafeMutablePointer<tep_event>?
        // The parser owns the event and frees it.
        guard tep_parse_format(parser, &parsed, fields, UInt(fields.utf8.count), "any") == TEP_ERRNO__SUCCESS,
            let event = parsed?.pointee, let name = event.name, event.format.nr_common > 0
        else { return nil }
        return EventFormat(
            id: Int(event.id), system: system, name: String(cString: name),
            common: Self.fields(event.format.common_fields),
            fields: Self.fields(event.format.fields).map { $0.wholeStack(of: String(cString: name)) })
    }

    /// The lines above the print format, with an empty one behind them.
    private static func fieldLines(_ text: [UInt8]) -> String? {
        let lines = text.split(separator: 0x0a, maxSplits: maxLines, omittingEmptySubsequences: false)
            .prefix { !$0.starts(with: "print fmt:".utf8) }
        let isPlain = lines.allSatisfy { line in
            line.count <= maxLineSize && line.allSatisfy { $0 == 9 || (0x20..<0x7f).contains($0) }
        }
        guard isPlain, lines.count <= maxLines else { return nil }
        return String(decoding: Array(lines.joined(separator: [0x0a])), as: UTF8.self) + "\nprint fmt: \"\"\n"
    }

    private static func fields(_ first: UnsafeMutablePointer<tep_format_field>?) -> [FieldFormat] {
        var fields: [FieldFormat] = []
        var next = first
        while let field = next?.pointee {
            if let name = field.name { fields.append(Self.field(field, String(cString: name))) }
            next = field.next
        }
        return fields
    }

    private static func field(_ field: tep_format_field, _ name: String) -> FieldFormat {
        func has(_ flag: tep_format_flags) -> Bool { field.flags & UInt(flag.rawValue) != 0 }
        let isWord = has(TEP_FIELD_IS_LONG) && !has(TEP_FIELD_IS_SIGNED)
        let place: FieldFormat.Place =
            if has(TEP_FIELD_IS_DYNAMIC) {
                has(TEP_FIELD_IS_RELATIVE) ? .relative : .dynamic
            } else {
                has(TEP_FIELD_IS_ARRAY) && field.size == 0 ? .rest : .fixed
            }
        let kind: FieldFormat.Kind =
            if has(TEP_FIELD_IS_STRING) && !isBytes(field) {
                .string
            } else if has(TEP_FIELD_IS_ARRAY) {
                isWord && field.elementsize == 8 ? .words : .array
            } else if field.type.map({ String(cString: $0) }) == "dev_t" {
                .device
            } else {
                has(TEP_FIELD_IS_POINTER) || isWord ? .word : .number
            }
        return FieldFormat(
            name: name, offset: Int(field.offset), size: Int(field.size), isSigned: has(TEP_FIELD_IS_SIGNED),
            kind: kind, place: place, elementSize: Int(field.elementsize))
    }

    /// libtraceevent takes arrays of any 8-bit type for strings, and looks at what is in them when it prints.
    private static func isBytes(_ field: tep_format_field) -> Bool {
        guard let type = field.type.map({ String(cString: $0) }) else { return false }
        return ["unsigned char", "u8", "s8", "uint8_t", "int8_t"].contains { type.contains($0) }
    }
}

extension FieldFormat {
    /// The format says that a stack has eight callers, but its record has as many as there were.
    fileprivate func wholeStack(of event: String) -> FieldFormat {
        guard event == "kernel_stack" || event == "user_stack", name == "caller", kind == .words else { return self }
        return FieldFormat(
            name: name, offset: offset, size: 0, isSigned: isSigned, kind: kind, place: .rest, elementSize: elementSize)
    }
}
