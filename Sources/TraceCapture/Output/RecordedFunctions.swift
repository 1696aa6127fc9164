import Glibc
import TraceFormat

/// The functions that occur in recorded pages, so that a trace carries their symbols and not those of a whole kernel, which are
/// 2.4 MB.
///
/// Only events whose addresses are known for sure are looked into: the entries and exits of function_graph, and those events of
/// a capture's whose print forms have none that a reader names. As soon as there is any other, such as the stack trace of
/// somebody's trigger or a print of a driver, nobody here knows which names its readers want, and all symbols are kept.
struct RecordedFunctions {
    /// A recording of more bytes than this is so large beside the symbols that looking through it spares nothing.
    static let maxSearch = 64 << 20

    /// By the event's number, where in it the address is; nil for those that have none.
    private let places: [UInt16: Int?]

    /// - Parameters:
    ///   - graph: the formats of the events that tracers write.
    ///   - others: those of all other events that the capture records.
    /// - Returns: nil if they are not of the known form, or an event prints symbols of its own.
    init?(graph: [[UInt8]], others: [[UInt8]]) {
        var places: [UInt16: Int?] = [:]
        for format in graph.map(EventFormatText.init) where ["funcgraph_entry", "funcgraph_exit"].contains(format.name)
        {
            guard let number = format.number, let place = format.place(of: "func", size: 8) else { return nil }
            places[number] = .some(place)
        }
        guard places.count == 2, MemoryLayout<Int>.size == 8, UInt32(1).littleEndian == 1 else { return nil }
        for format in others.map(EventFormatText.init) {
            guard let number = format.number, !format.printsSymbols else { return nil }
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
                guard got == pageSize, add(page: page.span.bytes, to: &found) else { return nil }
            }
        }
        return found
    }

    /// - Returns: false if the page is not as it should be, or has other events.
    private func add(page bytes: RawSpan, to found: inout Set<UInt64>) -> Bool {
        guard var page = RingBufferPage(bytes, .running) else { return false }
        while true {
            switch page.next(bytes) {
            case .end: return true
            case .damaged: return false
            case .event(let record, _):
                guard record.count >= 2, let id = bytes.number(at: record.lowerBound, as: UInt16.self),
                    let place = places[id]
                else { return false }
                guard let place else { continue }
                guard place + 8 <= record.count,
                    let address = bytes.number(at: record.lowerBound + place, as: UInt64.self)
                else { return false }
                found.insert(address)
            }
        }
    }
}

/// What the text of an event's `format` file says, as far as it is needed here.
private struct EventFormatText {
    let name: String?
    let number: UInt16?
    /// Whether its print form has names of code for addresses: `%pS` and its like.
    let printsSymbols: Bool
    private let fields: [FieldLine]

    init(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).lines
        func value(_ key: String) -> String? {
            lines.first { $0.hasPrefix(key) }.map { $0.dropFirst(key.count).trimmed }
        }
        name = value("name:")
        number = value("ID:").flatMap { UInt16($0) }
        printsSymbols = lines.contains { line in
            line.hasPrefix("print fmt:") && ["%ps", "%pS", "%pf", "%pF", "%pB"].contains(where: line.contains)
        }
        fields = FieldLine.all(bytes)
    }

    /// Where a field of this size begins, in bytes; nil if there is none.
    func place(of name: String, size: Int) -> Int? {
        guard let field = fields.first(where: { $0.name == name }), field.size == size,
            (0...4096).contains(field.offset)
        else { return nil }
        return field.offset
    }
}
