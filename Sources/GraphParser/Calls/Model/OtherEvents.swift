import Synchronization

/// An event of another kind than function_graph's, recorded between the calls: of block, scsi, a probe, trace_printk.
public struct OtherEvent: Sendable {
    private enum Content: Sendable {
        case text(String)
        /// A trace.dat's: text is made of it when somebody asks.
        case record([UInt8], EventFormat, SymbolTable)
    }

    /// In ns of the trace clock; nil where the trace does not tell.
    public let timestamp: UInt64?
    public let cpu: Int
    /// E.g. `block_rq_issue`; empty where a text has a remark without a name.
    public let name: String
    private let content: Content

    /// A trace.dat's fields, as `dev=8,0 sector=2048`; in a text what the kernel made of them.
    public var text: String {
        switch content {
        case .text(let text): text
        case .record(let record, let format, let symbols):
            format.describe(record.span.bytes) { symbols.function(at: $0)?.description }
        }
    }

    /// - Parameter line: `name: text`, or a remark.
    init(timestamp: UInt64?, cpu: Int, line: String) {
        let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let rest = line.dropFirst(name.count)
        let isNamed = !name.isEmpty && (rest == ":" || rest.hasPrefix(": "))
        self.timestamp = timestamp
        self.cpu = cpu
        self.name = isNamed ? String(name) : ""
        content = .text(isNamed ? String(rest.dropFirst().drop { $0 == " " }) : line)
    }

    /// - Parameter type: the event's number, for its name where the file does not describe it.
    init(timestamp: UInt64, cpu: Int, type: UInt64, record: [UInt8], format: EventFormat?, symbols: SymbolTable) {
        self.timestamp = timestamp
        self.cpu = cpu
        name = format?.name ?? "event \(type)"
        content = format.map { .record(record, $0, symbols) } ?? .text("")
    }
}

/// The other events of a trace on their way from the reader, who numbers them, to a consumer of calls, who finds the numbers
/// among the calls. Who makes one asks for the events, and has to take each: those not taken stay in memory.
public final class OtherEvents: Sendable {
    private struct Waiting {
        var events: [Int32: OtherEvent] = [:]
        var next: Int32 = 0
    }

    private let waiting = Mutex(Waiting())

    public init() {}

    func add(_ event: OtherEvent) -> Int32 {
        waiting.withLock { waiting in
            let number = waiting.next
            waiting.events[number] = event
            // Those from so long ago have been taken.
            waiting.next = number == .max ? 0 : number + 1
            return number
        }
    }

    /// The event, which is forgotten here.
    public func take(_ number: Int32) -> OtherEvent? { waiting.withLock { $0.events.removeValue(forKey: number) } }
}
