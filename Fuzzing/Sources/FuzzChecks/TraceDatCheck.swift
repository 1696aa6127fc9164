@testable import GraphParser

/// Reads `bytes` as a trace.dat and checks what comes out.
public func checkTraceDat(_ bytes: [UInt8]) {
    do {
        try read(bytes)
    } catch {
        expect(!error.description.isEmpty, "an error without a word")
    }
}

private func read(_ bytes: [UInt8]) throws(TraceError) {
    memoryFile.hold(bytes)
    let file = try InputFile(path: "/proc/self/fd/\(memoryFile.descriptor)")
    let header = try TraceDatHeader(file)
    let names = TraceNames()
    names.learn(header.description.comms)
    describeEvents(header.description.events, bytes)

    let seed = digest(bytes)
    let types = EventTypes(Interest(events: seed % 2 == 0 ? ["*"] : []), isText: false)
    let context = TraceContext(
        path: "fuzz", kind: .traceDat, names: names, types: types, identity: header.identity,
        recording: header.recording)
    var reader = TraceDatReader(file: file, header: header, names: names, types: types)
    var all = EventBatch()
    var isMore = true
    while isMore {
        var batch = EventBatch()
        isMore = try reader.read(into: &batch)
        let start = all.payload.count
        for var event in batch.events {
            if event.kind == .event {
                event.payload = (event.payload.lowerBound + start)..<(event.payload.upperBound + start)
            }
            all.events.append(event)
        }
        all.payload += batch.payload
    }
    expectAccounted(reader.counts)
    // In large files the reader is looked at: calls are made of small ones, and of some.
    guard bytes.count <= 4096 || seed % 64 < 2 else { return }
    checkStacks(
        all.events, payload: all.payload, types, reader.counts, of: reader.source, names: names,
        lossesAreMarked: TraceDatReader.lossesAreMarked,
        instances: reader.instances, thorough: seed / 2 % 16 == 0)
    guard types.areWanted else { return }
    var builder = StackBuilder(
        names: names, lossesAreMarked: TraceDatReader.lossesAreMarked, instances: reader.instances, types: types)
    builder.take(all.events.span, payload: all.payload, slowPathOnly: false)
    builder.finish()
    var batch = TraceBatch()
    builder.moveOutput(to: &batch, payload: all.payload)
    expectRequests([batch], context, reader.source)
}

/// Shows the end of the file, which is a page in a usual file, in the layout of each event of the file.
private func describeEvents(_ events: EventCatalogue, _ bytes: [UInt8]) {
    let record = bytes.span.bytes.extracting(last: 200)
    for id in 1...40 {
        if let event = events.event(id: id) { expect(event.describe(record).utf8.count < 100_000, "a long event") }
    }
}
