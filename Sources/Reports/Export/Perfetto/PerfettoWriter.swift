import TraceFormat

/// Writes tracks as a trace of Perfetto, packet by packet: each is whole by itself, so that what was written can be read at any time.
///
/// Names are written once (interned). What was written of them is known to the packets of one sequence only; a second writer of the same
/// file has a sequence of its own.
final class PerfettoWriter: TimelineWriter {
    private typealias Field = PerfettoField

    private let labels: Labels
    private let sink: OutputSink
    private let sequence: Int
    private var packet = ProtobufMessage()
    private var event = ProtobufMessage()
    private var interned = ProtobufMessage()
    private var groups: [Int: TimelineGroup] = [:]
    private var written = Spaces()

    /// Which labels have been written, in each of the spaces of names that Perfetto has.
    private struct Spaces {
        var names = Set<Int>()
        var categories = Set<Int>()
        var annotationNames = Set<Int>()
        var annotationTexts = Set<Int>()
    }

    /// Stands for the process of all tasks, as the trace does not tell whose threads they are; no kernel has so high a number.
    private static let processOfTasks = Int(Int32.max)

    init(_ labels: Labels, sequence: Int, to sink: OutputSink) {
        (self.labels, self.sequence, self.sink) = (labels, sequence, sink)
    }

    // MARK: Before all else

    func begin(_ capture: TimelineCapture) throws {
        let clock = capture.clock.flatMap { Field.Clock.ofTrace[$0] }
        // Once in a file.
        if sequence == 1 {
            if let clock { try add(clock, at: capture.start) }
            if let kernel = capture.name.kernel { try add(kernel: kernel) }
        }
        try add { packet in
            packet.add(Field.Packet.sequenceFlags, Field.Packet.stateCleared)
            packet.add(Field.Packet.firstOnSequence, 1)
            // Times on other clocks, which can be the CPU's own, are those of the file and of nothing else.
            if let clock { packet.add(Field.Packet.defaults) { $0.add(Field.Packet.clockID, clock) } }
        }
    }

    /// Says which clock the trace's times are of, and which time of day one of them was, if the trace tells.
    private func add(_ clock: Int, at start: (realNs: UInt64, traceNs: UInt64)?) throws {
        var clocks = [(clock, start?.traceNs ?? 0)]
        if let start { clocks.append((Field.Clock.realtime, start.realNs)) }
        try add { packet in
            packet.add(Field.Packet.clockSnapshot) { snapshot in
                for (id, ns) in clocks {
                    snapshot.add(Field.Clock.clocks) {
                        $0.add(Field.Clock.id, id)
                        $0.add(Field.Clock.time, ns)
                    }
                }
                snapshot.add(Field.Clock.primary, clock)
            }
        }
    }

    private func add(kernel: String) throws {
        try add { packet in
            packet.add(Field.Packet.systemInfo) { system in
                system.add(Field.System.name) {
                    $0.add(Field.System.utsSystem, "Linux")
                    $0.add(Field.System.utsRelease, printable(kernel))
                }
            }
        }
    }

    private func add(_ fill: (inout ProtobufMessage) -> Void) throws {
        packet.removeAll()
        fill(&packet)
        packet.add(Field.Packet.sequenceID, sequence)
        try hand()
    }

    private func hand() throws {
        var trace = ProtobufMessage()
        trace.add(Field.Trace.packet, packet)
        sink.bytes += trace.bytes
        try sink.pass()
    }

    // MARK: Tracks

    func declare(_ group: TimelineGroup) throws {
        groups[group.id] = group
        try add { packet in
            packet.add(Field.Packet.trackDescriptor) { track in
                track.add(Field.Track.uuid, group.id)
                if group.isOfTasks {
                    track.add(Field.Track.process) {
                        $0.add(Field.Track.processID, Self.processOfTasks - group.id)
                        $0.add(Field.Track.processName, group.name)
                    }
                } else {
                    track.add(Field.Track.name, group.name)
                    track.add(Field.Track.rank, group.rank)
                }
                track.add(Field.Track.ordering, Field.Track.explicitOrder)
            }
        }
    }

    func declare(_ track: TimelineTrack) throws {
        try add { packet in
            packet.add(Field.Packet.trackDescriptor) { descriptor in
                descriptor.add(Field.Track.uuid, track.id)
                if let tid = track.tid {
                    descriptor.add(Field.Track.thread) {
                        $0.add(Field.Track.threadProcess, Self.processOfTasks - track.group)
                        $0.add(Field.Track.threadID, tid)
                        $0.add(Field.Track.threadName, track.name)
                    }
                } else {
                    descriptor.add(Field.Track.parent, track.group)
                    descriptor.add(Field.Track.name, track.name)
                    descriptor.add(Field.Track.rank, track.rank)
                }
            }
        }
    }

    // MARK: Events

    func begin(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64, end: UInt64?) throws {
        try add(event, Field.Event.begins, on: track, at: time)
    }

    func end(on track: TimelineTrack, at time: UInt64) throws {
        event.removeAll()
        event.add(Field.Event.type, Field.Event.ends)
        event.add(Field.Event.track, track.id)
        try addEvent(at: time)
    }

    func instant(_ event: TimelineEvent, on track: TimelineTrack, at time: UInt64) throws {
        try add(event, Field.Event.instant, on: track, at: time)
    }

    private func add(_ event: TimelineEvent, _ type: Int, on track: TimelineTrack, at time: UInt64) throws {
        self.event.removeAll()
        self.event.add(Field.Event.type, type)
        self.event.add(Field.Event.track, track.id)
        self.event.add(Field.Event.name, intern(event.name, Field.Interned.names, \.names))
        for category in [event.category, event.furtherCategory].compactMap(\.self) {
            self.event.add(Field.Event.categories, intern(category, Field.Interned.categories, \.categories))
        }
        for argument in event.arguments {
            self.event.add(Field.Event.annotations) { annotate(argument, &$0) }
        }
        if let flow = event.flow { self.event.add(Field.Event.flows, fixed: flow) }
        try addEvent(at: time)
    }

    private func annotate(_ argument: TimelineEvent.Argument, _ annotation: inout ProtobufMessage) {
        annotation.add(
            Field.Annotation.name, intern(argument.name, Field.Interned.annotationNames, \.annotationNames))
        switch argument.value {
        case .number(let number): annotation.add(Field.Annotation.number, number)
        case .flag(let flag): annotation.add(Field.Annotation.flag, flag ? 1 : 0)
        case .text(let text): annotation.add(Field.Annotation.text, text)
        case .label(let label):
            annotation.add(
                Field.Annotation.label, intern(label, Field.Interned.annotationTexts, \.annotationTexts))
        }
    }

    private func addEvent(at time: UInt64) throws {
        packet.removeAll()
        packet.add(Field.Packet.timestamp, time)
        packet.add(Field.Packet.sequenceID, sequence)
        packet.add(Field.Packet.sequenceFlags, Field.Packet.needsState)
        if !interned.isEmpty {
            packet.add(Field.Packet.internedData, interned)
            interned.removeAll()
        }
        packet.add(Field.Packet.trackEvent, event)
        try hand()
    }

    /// The number of a label, which is written with the next event if it has not been.
    private func intern(_ label: Label, _ field: Int, _ space: WritableKeyPath<Spaces, Set<Int>>) -> Int {
        let number = label.number + 1
        if written[keyPath: space].insert(number).inserted {
            interned.add(field) {
                $0.add(Field.Interned.number, number)
                $0.add(Field.Interned.text, labels[label])
            }
        }
        return number
    }
}
