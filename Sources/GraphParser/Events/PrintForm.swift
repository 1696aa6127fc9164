import TraceFormat

/// How the kernel prints the fields of an event, so that they can be found in a text again.
struct PrintForm: Sendable {
    /// A piece of what is printed: a field, and what stands behind it up to the next one.
    struct Piece: Equatable, Sendable {
        let field: String
        let behind: [UInt8]
    }

    /// One way in which kernels print the event.
    struct Layout: Equatable, Sendable {
        /// What stands before the first field.
        let before: [UInt8]
        let pieces: [Piece]

        /// - Parameter template: fields in braces: `{dev} {sector} + {nr_sector}`; `{}` is what the event's record has not as such.
        init(_ template: String) {
            let parts = template.split(separator: "{", omittingEmptySubsequences: false)
            before = Array(parts[0].utf8)
            pieces = parts.dropFirst().map { part in
                let name = part.prefix { $0 != "}" }
                return Piece(field: String(name), behind: Array(part.dropFirst(name.count + 1).utf8))
            }
        }
    }

    /// Newest first; empty for events that are not known, whose fields are printed as `field=value`.
    let layouts: [Layout]

    static let unknown = PrintForm(layouts: [])

    func field(_ name: String) -> TextField { TextField(name: Array(name.utf8), layouts: layouts) }
}

/// A field in what the kernel prints of an event.
struct TextField: Sendable {
    private let key: [UInt8]
    /// For each layout, which of its pieces is the field.
    private let places: [(layout: PrintForm.Layout, piece: Int)]

    fileprivate init(name: [UInt8], layouts: [PrintForm.Layout]) {
        key = name + [UInt8(ascii: "=")]
        places = layouts.compactMap { layout in
            layout.pieces.firstIndex { $0.field.utf8.elementsEqual(name) }.map { (layout, $0) }
        }
    }

    /// A number, decimal or with `0x`, or a device `8,0`; nil if it is none.
    func integer(_ text: RawSpan) -> Int64? {
        guard let range = range(in: text) else { return nil }
        return Self.number(text.extracting(range))
    }

    /// Escaped for a terminal, and without the quotes that probes print strings in.
    func string(_ text: RawSpan) -> String? {
        guard let range = range(in: text) else { return nil }
        return printable(text.extracting(range).array)
    }

    /// Where the field's value stands: by the first layout that fits, else where it is printed with its name.
    private func range(in text: RawSpan) -> Range<Int>? {
        for (layout, piece) in places {
            if let range = Self.range(of: piece, layout, in: text) { return range }
        }
        return named(in: text)
    }

    private static func range(of piece: Int, _ layout: PrintForm.Layout, in text: RawSpan) -> Range<Int>? {
        guard text.has(layout.before, at: 0) else { return nil }
        var start = layout.before.count
        var found: Range<Int>?
        for (index, part) in layout.pieces.enumerated() {
            let isLast = index == layout.pieces.count - 1
            guard let end = isLast ? text.lastEnd(part.behind, from: start) : text.first(part.behind, from: start)
            else {
                return nil
            }
            if index == piece { found = start..<end }
            start = end + part.behind.count
        }
        return found
    }

    /// ` field=value `, or ` field="a value"`.
    private func named(in text: RawSpan) -> Range<Int>? {
        var from = 0
        while let at = text.first(key, from: from) {
            from = at + 1
            guard at == 0 || text.byte(at - 1) == space else { continue }
            let start = at + key.count
            if start < text.byteCount, text.byte(start) == UInt8(ascii: "\"") {
                return text.first([UInt8(ascii: "\"")], from: start + 1).map { (start + 1)..<$0 }
            }
            return start..<(text.first([space], from: start) ?? text.byteCount)
        }
        return nil
    }

    private static let hexMark = Array("0x".utf8)

    private static func number(_ text: RawSpan) -> Int64? {
        if let comma = text.first([UInt8(ascii: ",")], from: 0) {
            guard let major = digits(text, 0..<comma, radix: 10),
                let minor = digits(text, (comma + 1)..<text.byteCount, radix: 10), major < 1 << 12, minor < 1 << 20
            else { return nil }
            return BlockDevice(major: Int(major), minor: Int(minor)).number
        }
        let isNegative = text.byteCount > 0 && text.byte(0) == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        if text.has(hexMark, at: start) {
            return digits(text, (start + 2)..<text.byteCount, radix: 16).map { Int64(bitPattern: $0) }
        }
        // As unsigned as the kernel prints it, or negative.
        guard let value = digits(text, start..<text.byteCount, radix: 10) else { return nil }
        return isNegative ? 0 &- Int64(bitPattern: value) : Int64(bitPattern: value)
    }

    private static func digits(_ text: RawSpan, _ range: Range<Int>, radix: UInt64) -> UInt64? {
        guard !range.isEmpty else { return nil }
        var value: UInt64 = 0
        for index in range {
            guard let digit = Character(Unicode.Scalar(text.byte(index))).hexDigitValue, digit < radix else {
                return nil
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: radix)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }
}

extension RawSpan {
    fileprivate func has(_ bytes: [UInt8], at start: Int) -> Bool {
        guard start >= 0, start + bytes.count <= byteCount else { return false }
        for (offset, byte) in bytes.enumerated() where self.byte(start + offset) != byte { return false }
        return true
    }

    /// Where these bytes begin for the first time.
    fileprivate func first(_ bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + bytes.count <= byteCount {
            if has(bytes, at: index) { return index }
            index += 1
        }
        return nil
    }

    /// Where these bytes begin if nothing is behind them.
    fileprivate func lastEnd(_ bytes: [UInt8], from start: Int) -> Int? {
        let at = byteCount - bytes.count
        return at >= start && has(bytes, at: at) ? at : nil
    }
}
