import TraceFormat

/// Writes tracks as trace events in JSON, an event for each slice.
///
/// Times are microseconds there; three digits behind the point keep the nanoseconds. A process stands for each group of tracks and a
/// thread for each track.
final class ChromeWriter: TimelineWriter {
    private let labels: Labels
    private let sink: OutputSink
    /// By label: its text in quotes.
    private var texts: [[UInt8]] = []
    /// Whether no event stands in front of the next one.
    private var isFirst = false

    /// Numbers of what is no process and no thread of the kernel's, which has none so high.
    private static let base = 1 << 23

    init(_ labels: Labels, to sink: OutputSink) { (self.labels, self.sink) = (labels, sink) }

    // MARK: The file

    func begin(_ capture: TimelineCapture) throws {
        sink.bytes.appendJSON(raw: "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"writer\":\"dmflow\"")
        for (key, value) in capture.facts {
            sink.bytes.append(UInt8(ascii: ","))
            sink.bytes.appendJSON(key)
            sink.bytes.append(UInt8(ascii: ":"))
            sink.bytes.appendJSON(printable(value))
        }
        if let start = capture.start {
            sink.bytes.appendJSON(raw: ",\"startNs\":\"")
            sink.bytes.appendJSON(start.realNs)
            sink.bytes.appendJSON(raw: "\",\"startOnClockNs\":\"")
            sink.bytes.appendJSON(start.traceNs)
            sink.bytes.append(UInt8(ascii: "\""))
        }
        sink.bytes.appendJSON(raw: "},\"traceEvents\":[")
        isFirst = true
    }

    /// Ends the file, in which there is an event at least: that of the capture.
    static func end(_ sink: OutputSink) throws {
        sink.bytes.appendJSON(raw: "\n]}\n")
        try sink.pass()
    }

    // MARK: Tracks

    func declare(_ group: TimelineGroup) throws {
        let pid = Self.base + group.id
        try meta("process_name", pid, tid: nil, "name") { $0.appendJSON(printable(group.name)) }
        try meta("process_sort_index", pid, tid: nil, "sort_index") { $0.appendJSON(group.rank) }
    }

    func declare(_ track: TimelineTrack) throws {
        let pid = Self.base + track.group
        try meta("thread_name", pid, tid: tid(track), "name") { $0.appendJSON(printable(track.name)) }
        try meta("thread_sort_index", pid, tid: tid(track), "sort_index") { $0.appendJSON(track.rank) }
    }

    private func meta(
        _ name: StaticString, _ pid: Int, tid: Int?, _ key: StaticString, _ value: (inout [UInt8]) -> Void
    ) throws {
        beginEvent("M")
        sink.bytes.appendJSON(raw: ",\"name\":\"")
        sink.bytes.appendJSON(raw: name)
        sink.bytes.appendJSON(raw: "\",\"pid\":")
        sink.bytes.appendJSON(pid)
        if let tid {
            sink.bytes.appendJSON(raw: ",\"tid\":")
            sink.bytes.appendJSON(tid)
        }
        sink.bytes.appendJSON(raw: ",\"args\":{\"")
        sink.bytes.appendJSON(raw: key)
        sink.bytes.appendJSON(raw: "\":")
        value(&sink.bytes)
        sink.bytes.appendJSON(raw: "}}")
        try sink.pass()
    }

    private func tid(_ track: TimelineTrack) -> Int { track.tid.map { Int($0) } ?? Self.base + track.id }

    // MARK: Events

    func begin(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64, end: UInt64?) throws {
        // What has no end is begun and never ended.
        head(end == nil ? "B" : "X", on: track, at: time)
        if let end {
            sink.bytes.appendJSON(raw: ",\"dur\":")
            append(micros: end - time)
        }
        tail(event)
        try addFlow(event, on: track, at: time)
        try sink.pass()
    }

    func end(on track: TimelineTrack, at time: UInt64) throws {}

    func instant(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64) throws {
        // Only a slice can have a flow.
        if event.flow != nil { return try begin(event, on: track, at: time, end: time) }
        head("i", on: track, at: time)
        sink.bytes.appendJSON(raw: ",\"s\":\"t\"")
        tail(event)
        try sink.pass()
    }

    private func beginEvent(_ phase: StaticString) {
        sink.bytes.appendJSON(raw: isFirst ? "\n{\"ph\":\"" : ",\n{\"ph\":\"")
        isFirst = false
        sink.bytes.appendJSON(raw: phase)
        sink.bytes.append(UInt8(ascii: "\""))
    }

    private func head(_ phase: StaticString, on track: TimelineTrack, at time: UInt64) {
        beginEvent(phase)
        sink.bytes.appendJSON(raw: ",\"pid\":")
        sink.bytes.appendJSON(Self.base + track.group)
        sink.bytes.appendJSON(raw: ",\"tid\":")
        sink.bytes.appendJSON(tid(track))
        sink.bytes.appendJSON(raw: ",\"ts\":")
        append(micros: time)
    }

    private func tail(_ event: TimelineEvent) {
        sink.bytes.appendJSON(raw: ",\"name\":")
        append(event.name)
        sink.bytes.appendJSON(raw: ",\"cat\":")
        append(event.category)
        if let further = event.furtherCategory {
            sink.bytes.removeLast()
            sink.bytes.append(UInt8(ascii: ","))
            sink.bytes.append(contentsOf: text(further).dropFirst())
        }
        sink.bytes.appendJSON(raw: ",\"args\":{")
        for (index, argument) in event.arguments.enumerated() {
            if index > 0 { sink.bytes.append(UInt8(ascii: ",")) }
            append(argument.name)
            sink.bytes.append(UInt8(ascii: ":"))
            append(argument.value)
        }
        sink.bytes.appendJSON(raw: "}}")
    }

    private func append(_ value: TimelineEvent.Argument.Value) {
        switch value {
        case .number(let number): sink.bytes.appendJSON(number)
        case .label(let label): append(label)
        case .text(let text): sink.bytes.appendJSON(text)
        case .flag(let flag): sink.bytes.appendJSON(raw: flag ? "true" : "false")
        }
    }

    /// Joins the slice that was written last to those of its flow.
    private func addFlow(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64) throws {
        guard let flow = event.flow else { return }
        head(event.beginsFlow ? "s" : "t", on: track, at: time)
        sink.bytes.appendJSON(raw: ",\"bp\":\"e\",\"name\":\"request\",\"cat\":\"request\",\"id\":")
        sink.bytes.appendJSON(flow)
        sink.bytes.append(UInt8(ascii: "}"))
    }

    // MARK: Values

    /// `202952932.090`
    private func append(micros ns: UInt64) {
        sink.bytes.appendJSON(ns / 1000)
        sink.bytes.append(UInt8(ascii: "."))
        for digit in [ns / 100 % 10, ns / 10 % 10, ns % 10] { sink.bytes.append(UInt8(ascii: "0") + UInt8(digit)) }
    }

    private func append(_ label: Label) { sink.bytes.append(contentsOf: text(label)) }

    private func text(_ label: Label) -> [UInt8] {
        while texts.count <= label.number {
            var text: [UInt8] = []
            text.appendJSON(labels.texts[texts.count])
            texts.append(text)
        }
        return texts[label.number]
    }
}
