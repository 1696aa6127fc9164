import Glibc

/// The functions that occur in recorded pages, so that a trace carries their symbols and not those of a whole kernel, which are
/// 2.4 MB.
///
/// Only events whose addresses are known for sure are looked into: the entries and exits of function_graph, and dmflow's own
/// probes, which have none that a reader names. As soon as there is any other, such as the stack trace of somebody's trigger or
/// a print of a driver, nobody here knows which names its readers want, and all symbols are kept.
struct RecordedFunctions {
    /// A recording of more bytes than this is so large beside the symbols that looking through it spares nothing.
    static let maxSearch = 64 << 20

    /// By the event's number, where in it the address is; nil for those that have none.
    private let places: [UInt16: Int?]

    /// - Parameters:
    ///   - graph: the formats of the events that tracers write.
    ///   - probes: those of dmflow's probes.
    /// - Returns: nil if they are not of the known form.
    init?(graph: [[UInt8]], probes: [[UInt8]]) {
        var places: [UInt16: Int?] = [:]
        for format in graph.map(EventFormatText.init) where ["funcgraph_entry", "funcgraph_exit"].contains(format.name)
        {
            guard let number = format.number, let place = format.place(of: "func", size: 8) else { return nil }
            places[number] = .some(place)
        }
        guard places.count == 2, MemoryLayout<Int>.size == 8 else { return nil }
        for format in probes.map(EventFormatText.init) {
            guard let number = format.number else { return nil }
            places[number] = .some(nil)
        }
        self.places = places
    }

    /// - Returns: the addresses; nil if there are other events, pages that are damaged or cannot be read, or too many of them.
    func addresses(in pages: [RingBufferRecording.Pages], pageSize: Int) -> Set<UInt64>? {
        guard pages.reduce(0, { $0 + $1.size }) <= Self.maxSearch else { return nil }
        var found: Set<UInt64> = []
        var page = [UInt8](repeating: 0, count: pageSize)
        for lane in pages {
            for offset in stride(from: lane.start, to: lane.bytes, by: pageSize) {
                let got = retrying { pread(lane.file.number, &page, pageSize, off_t(offset)) }
                guard got == pageSize, page.withUnsafeBytes({ add(page: $0, to: &found) }) else { return nil }
            }
        }
        return found
    }

    /// A page: its time, the bytes in it, and events behind each other.
    ///
    /// - Returns: false if it is not as it should be, or has other events.
    private func add(page: UnsafeRawBufferPointer, to found: inout Set<UInt64>) -> Bool {
        let header = 16
        guard page.count > header else { return false }
        // The upper bits are marks.
        let used = Int(page.loadUnaligned(fromByteOffset: 8, as: UInt.self) & 0x3fff_ffff)
        guard used <= page.count - header else { return false }
        let end = header + used
        var at = header
        while at + 4 <= end {
            guard let event = Event(page, at: at, end: end) else { return false }
            if event.isLast { return true }
            if let data = event.data {
                guard data.count >= 2,
                    let place = places[page.loadUnaligned(fromByteOffset: data.lowerBound, as: UInt16.self)]
                else { return false }
                if let place {
                    guard place + 8 <= data.count else { return false }
                    found.insert(page.loadUnaligned(fromByteOffset: data.lowerBound + place, as: UInt64.self))
                }
            }
            at = event.end
        }
        return at == end
    }

    /// What stands at one place of a page.
    private struct Event {
        /// Nil for what is no event of anybody's.
        var data: Range<Int>?
        let end: Int
        /// Nothing stands behind it.
        var isLast = false

        /// - Returns: nil if it does not lie before `end`.
        init?(_ page: UnsafeRawBufferPointer, at begin: Int, end limit: Int) {
            let word = page.loadUnaligned(fromByteOffset: begin, as: UInt32.self)
            // Bit fields begin at the other side where bytes do.
            let isLittle = UInt32(1).littleEndian == 1
            let kind = isLittle ? Int(word & 31) : Int(word >> 27)
            let delta = isLittle ? word >> 5 : word & (1 << 27 - 1)
            switch kind {
            case 1...28:
                end = begin + 4 + kind * 4
                data = begin + 4..<max(begin + 4, min(end, limit))
            case 30, 31: end = begin + 8
            case 29 where delta == 0:
                (end, isLast) = (limit, true)
            default:
                guard begin + 8 <= limit else { return nil }
                let length = Int(page.loadUnaligned(fromByteOffset: begin + 4, as: UInt32.self))
                end = begin + 4 + length
                guard length >= 4, end <= limit else { return nil }
                if kind == 0 { data = begin + 8..<end }
            }
            if end > limit { return nil }
        }
    }
}

/// What the text of an event's `format` file says, as far as it is needed here.
private struct EventFormatText {
    let name: String?
    let number: UInt16?
    private let fields: [(name: Substring, line: Substring)]

    init(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).lines
        func value(_ key: String) -> String? {
            lines.first { $0.hasPrefix(key) }.map { $0.dropFirst(key.count).trimmed }
        }
        name = value("name:")
        number = value("ID:").flatMap { UInt16($0) }
        // `	field:unsigned long func;	offset:8;	size:8;	signed:0;`
        fields = lines.compactMap { line in
            guard let declaration = line.split(separator: ";").first, declaration.trimmed.hasPrefix("field:"),
                let name = declaration.split(whereSeparator: { $0 == " " || $0 == "*" }).last
            else { return nil }
            return (name, line)
        }
    }

    /// Where a field of this size begins, in bytes; nil if there is none.
    func place(of name: String, size: Int) -> Int? {
        guard let line = fields.first(where: { $0.name == name })?.line else { return nil }
        func value(_ key: String) -> Int? {
            line.split(separator: ";").map(\.trimmed).first { $0.hasPrefix(key) }.flatMap {
                Int($0.dropFirst(key.count))
            }
        }
        guard value("size:") == size, let offset = value("offset:"), (0...4096).contains(offset) else { return nil }
        return offset
    }
}
