import TraceFormat

/// Spans as a line of OTLP in JSON, a `TracesData`, which is an `ExportTraceServiceRequest` as well: identifiers are hex digits, numbers of 64 bits are
/// strings, enumerations are numbers.
struct SpanBatch {
    /// A value that a span or a resource has.
    enum Value {
        case text(String)
        case number(UInt64)
        case flag(Bool)
    }

    /// A span.
    struct Span {
        let name: String
        let ids: SpanIDs
        /// In its request, from 0.
        let number: Int
        /// Of the span around it; nil for the root.
        let parent: Int?
        let start: UInt64
        let end: UInt64
        var attributes: [(String, Value)] = []
        /// Why it failed; nil if it did not.
        var error: String?
    }

    private let head: [UInt8]
    private var spans: [UInt8] = []
    private(set) var count = 0
    private let time: (UInt64) -> UInt64

    /// - Parameters:
    ///   - resource: what all spans are of.
    ///   - time: ns since 1970 of a moment on the trace clock.
    init(resource: [(String, Value)], time: @escaping (UInt64) -> UInt64) {
        self.time = time
        var head: [UInt8] = []
        head.appendJSON(raw: "{\"resourceSpans\":[{\"resource\":{\"attributes\":")
        Self.append(resource, to: &head)
        head.appendJSON(raw: "},\"scopeSpans\":[{\"scope\":{\"name\":\"dmflow\"},\"spans\":[")
        self.head = head
    }

    mutating func add(_ span: Span) {
        if count > 0 { spans.append(UInt8(ascii: ",")) }
        count += 1
        spans.appendJSON(raw: "{\"traceId\":")
        spans.appendJSON(span.ids.trace)
        spans.appendJSON(raw: ",\"spanId\":")
        spans.appendJSON(span.ids.span(span.number))
        if let parent = span.parent {
            spans.appendJSON(raw: ",\"parentSpanId\":")
            spans.appendJSON(span.ids.span(parent))
        }
        spans.appendJSON(raw: ",\"name\":")
        spans.appendJSON(printable(span.name))
        // Internal: neither end of a call over a network.
        spans.appendJSON(raw: ",\"kind\":1,\"startTimeUnixNano\":\"")
        spans.appendJSON(time(span.start))
        spans.appendJSON(raw: "\",\"endTimeUnixNano\":\"")
        spans.appendJSON(time(span.end))
        spans.appendJSON(raw: "\",\"attributes\":")
        Self.append(span.attributes, to: &spans)
        if let error = span.error {
            spans.appendJSON(raw: ",\"status\":{\"code\":2,\"message\":")
            spans.appendJSON(printable(error))
            spans.append(UInt8(ascii: "}"))
        }
        spans.append(UInt8(ascii: "}"))
    }

    /// Writes the spans as a line, if there are any, and begins anew.
    mutating func write(to sink: OutputSink) throws {
        guard count > 0 else { return }
        sink.bytes += head
        sink.bytes += spans
        sink.bytes.appendJSON(raw: "]}]}]}\n")
        spans.removeAll(keepingCapacity: true)
        count = 0
        try sink.pass()
    }

    private static func append(_ attributes: [(String, Value)], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (index, (key, value)) in attributes.enumerated() {
            bytes.appendJSON(raw: index > 0 ? ",{\"key\":" : "{\"key\":")
            bytes.appendJSON(key)
            switch value {
            case .text(let text):
                bytes.appendJSON(raw: ",\"value\":{\"stringValue\":")
                bytes.appendJSON(printable(text))
            case .number(let number):
                // Signed there.
                bytes.appendJSON(raw: ",\"value\":{\"intValue\":\"")
                bytes.appendJSON(Int64(clamping: number))
                bytes.append(UInt8(ascii: "\""))
            case .flag(let flag):
                bytes.appendJSON(raw: flag ? ",\"value\":{\"boolValue\":true" : ",\"value\":{\"boolValue\":false")
            }
            bytes.appendJSON(raw: "}}")
        }
        bytes.append(UInt8(ascii: "]"))
    }
}
