@testable import GraphParser

/// Reads `bytes` as text in every way that must not make a difference, and checks what comes out.
public func checkText(_ bytes: [UInt8]) {
    // The line scanner begins no line within its reach from the end of a piece: with a long line behind it, it reads all of
    // a small input. Pieces that are smaller than the reach it does not read at all.
    let seed = digest(bytes)
    let types = EventTypes(Interest(events: seed % 8 == 0 ? ["*"] : []), isText: true)
    let scanned = ReadText(bytes + longEnd, types: types)
    expectSame(scanned, ReadText(bytes + longEnd, piece: 1 + Int(seed % 777), types: types))

    let reading = ReadText(bytes, types: types)
    if types.areWanted { expectSame(ReadText(bytes).withoutEvents, reading.withoutEvents) }
    expectAccounted(reading.counts)
    let lines = lineCount(bytes)
    expect(reading.counts.records == lines, "\(reading.counts.records) of \(lines) lines are accounted for")

    let source = TraceSource(
        path: "-", kind: .text, identity: .init(), machineCPUs: nil,
        cpusWithEvents: reading.reader.cpusWithCalls, hasTimes: reading.reader.hasTimes, recording: nil,
        notes: reading.reader.notes)
    checkStacks(
        reading.batch.events, payload: reading.batch.payload, types, reading.counts, of: source, names: reading.names,
        lossesAreMarked: TextSource.lossesAreMarked, instances: SourceNames.instances, thorough: seed / 8 % 16 == 0)
}

/// A carriage return ends a line, too, with or without a line feed behind it.
private func lineCount(_ bytes: [UInt8]) -> Int {
    let ends = bytes.indices.count { index in
        bytes[index] == 0x0d || (bytes[index] == 0x0a && (index == 0 || bytes[index - 1] != 0x0d))
    }
    return ends + (bytes.isEmpty || bytes.last == 0x0a || bytes.last == 0x0d ? 0 : 1)
}

private let longEnd = [UInt8]("\n=> end".utf8) + [UInt8](repeating: UInt8(ascii: "d"), count: 1024)

private struct ReadText {
    let names = TraceNames()
    private(set) var reader: TextReader
    private(set) var batch = EventBatch()

    init(_ bytes: [UInt8], piece: Int = .max, types: EventTypes = .none) {
        reader = TextReader(names: names, types: types)
        reader.feed(whole: bytes.span, piece: piece)
        reader.finish()
        reader.takeOutput(into: &batch)
    }

    var counts: TraceCounts { reader.counts }

    /// As if nobody had asked for events. When a loss was, the events before it tell, too.
    var withoutEvents: ReadText {
        var copy = self
        copy.batch.events.removeAll { $0.kind == .event }
        for index in copy.batch.events.indices where copy.batch.events[index].kind == .loss {
            copy.batch.events[index].timestamp = GraphEvent.noTime
        }
        return copy
    }
}

private func expectSame(_ whole: ReadText, _ pieces: ReadText) {
    expect(whole.counts == pieces.counts, "in one piece \(whole.counts), in pieces \(pieces.counts)")
    expect(
        whole.batch.events.count == pieces.batch.events.count,
        "\(whole.batch.events.count) and \(pieces.batch.events.count) events")
    for (left, right) in zip(whole.batch.events, pieces.batch.events) {
        expect(left.isSame(as: right), "in one piece \(left), in pieces \(right)")
    }
    if whole.batch.events.contains(where: { $0.kind == .event }) {
        expect(whole.batch.payload == pieces.batch.payload, "other texts of events")
    }
    expect(whole.names.count == pieces.names.count, "other names")
    expect(whole.reader.notes == pieces.reader.notes, "other notes")
}

extension GraphEvent {
    fileprivate func isSame(as other: GraphEvent) -> Bool {
        timestamp == other.timestamp && duration == other.duration && function == other.function && task == other.task
            && cpu == other.cpu && ring == other.ring && depth == other.depth && precision == other.precision
            && kind == other.kind
    }
}
