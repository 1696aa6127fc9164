import TraceFormat

/// A field of an event.
struct FieldFormat: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case number
        /// An address, or a bit pattern of its size: shown as the function there, or in hexadecimal.
        case word
        /// The kernel's `dev_t`: shown as `major,minor`.
        case device
        /// Characters up to a NUL.
        case string
        case array
        /// An array of addresses.
        case words
    }

    enum Place: Equatable, Sendable {
        /// In the record, at the field's offset.
        case fixed
        /// The field holds where in the record the data is (`__data_loc`).
        case dynamic
        /// The same, counted from the field's end (`__rel_loc`).
        case relative
        /// From the field's offset to the record's end.
        case rest
    }

    let name: String
    /// Bytes from the record's begin.
    let offset: Int
    /// Bytes in the record; 0 for what reaches to its end.
    let size: Int
    let isSigned: Bool
    let kind: Kind
    let place: Place
    /// Bytes of one element of an array.
    let elementSize: Int

    /// Whether it is a number at a place of its own.
    var isNumber: Bool { [.number, .word, .device].contains(kind) && place == .fixed && [1, 2, 4, 8].contains(size) }

    /// The value of a number; nil if the field is none or the record is too short.
    func integer(_ record: RawSpan) -> Int64? {
        guard [.number, .word, .device].contains(kind), place == .fixed else { return nil }
        return Self.integer(record, offset, size, isSigned: isSigned)
    }

    /// The text of a string; nil if the field is none or what it points to is not in the record.
    func string(_ record: RawSpan) -> String? {
        guard kind == .string, let range = range(record) else { return nil }
        var bytes: [UInt8] = []
        for index in range {
            let byte = record.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if byte == 0 { break }
            if bytes.count == Self.maxStringSize { return printable(bytes) + "…" }
            bytes.append(byte)
        }
        // Messages have line ends of their own.
        while let last = bytes.last, last == 0x0a || last == space { bytes.removeLast() }
        return printable(bytes)
    }

    /// The field's value as text; `?` where the record does not hold it.
    func describe(_ record: RawSpan, _ symbol: (UInt64) -> String?) -> String {
        switch kind {
        case .number: number(record) ?? "?"
        case .word: integer(record).map { Self.word($0, symbol) } ?? "?"
        case .device: integer(record).map(Self.device) ?? "?"
        case .string: string(record).map(Self.quotedIfNeeded) ?? "?"
        case .array: array(record, element) ?? "?"
        case .words: array(record) { Self.word($0, symbol) } ?? "?"
        }
    }

    /// Where the data of a string or an array stands; nil if that is not inside the record.
    func range(_ record: RawSpan) -> Range<Int>? {
        let start: Int
        let count: Int
        switch place {
        case .fixed: (start, count) = (offset, size)
        case .rest: (start, count) = (offset, record.byteCount - offset)
        case .dynamic, .relative:
            guard let location = Self.integer(record, offset, 4, isSigned: false) else { return nil }
            let base = place == .relative ? offset + 4 : 0
            (start, count) = (base + Int(location & 0xffff), Int(location >> 16))
        }
        guard start >= 0, count >= 0, start + count <= record.byteCount else { return nil }
        return start..<(start + count)
    }

    // MARK: Text

    private func number(_ record: RawSpan) -> String? {
        integer(record).map { isSigned ? String($0) : String(UInt64(bitPattern: $0)) }
    }

    private static func word(_ value: Int64, _ symbol: (UInt64) -> String?) -> String {
        let value = UInt64(bitPattern: value)
        return symbol(value) ?? "0x" + String(value, radix: 16)
    }

    /// - Parameter value: in the form that the kernel uses inside, with twenty bits for the minor number.
    private static func device(_ value: Int64) -> String {
        let value = UInt32(truncatingIfNeeded: value)
        return "\(value >> 20),\(value & 0xf_ffff)"
    }

    /// So many elements of an array and bytes of a string are shown.
    private static let maxArrayCount = 64
    private static let maxStringSize = 1024

    private func array(_ record: RawSpan, _ element: (Int64) -> String) -> String? {
        guard let range = range(record), [1, 2, 4, 8].contains(elementSize) else { return nil }
        let starts = stride(from: range.lowerBound, through: range.upperBound - elementSize, by: elementSize)
        var elements: [String] = []
        for start in starts.prefix(Self.maxArrayCount) {
            guard let value = Self.integer(record, start, elementSize, isSigned: isSigned) else { return nil }
            elements.append(element(value))
        }
        if range.count / elementSize > Self.maxArrayCount { elements.append("…") }
        return elementSize == 1 ? elements.joined(separator: " ").quoted : "[\(elements.joined(separator: ","))]"
    }

    /// Bytes are shown in hexadecimal: they are commands, addresses and identifiers.
    private func element(_ value: Int64) -> String {
        guard elementSize == 1 else { return isSigned ? String(value) : String(UInt64(bitPattern: value)) }
        let digits = String(UInt8(truncatingIfNeeded: value), radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        text.isEmpty || text.contains(where: { $0 == " " || $0 == "=" || $0 == "\"" }) ? text.quoted : text
    }

    private static func integer(_ record: RawSpan, _ offset: Int, _ size: Int, isSigned: Bool) -> Int64? {
        guard let value = record.number(at: offset, size: size) else { return nil }
        let unused = 64 - 8 * size
        let shifted = Int64(bitPattern: value << unused)
        return isSigned ? shifted >> unused : Int64(bitPattern: value)
    }
}

extension String {
    fileprivate var quoted: String { "\"" + replacing("\"", with: "\\\"") + "\"" }
}
