public import TraceFormat

/// Hands over the pages of ring buffers while a kernel writes to them.
public protocol PageFeed: Sendable {
    /// Waits until it is worth to look, asks the trace's clock, and then takes from each CPU all pages that it has.
    ///
    /// The clock has to be asked before the first CPU: what happened up to then is in one of the pages.
    ///
    /// - Parameter take: gets a CPU's next pages, whole ones; the span is not kept.
    /// - Returns: what was found out; nil if the trace is over, with all that was taken in this call belonging to it.
    /// - Throws: what ends the reading.
    mutating func next(_ take: (_ cpu: Int, _ pages: Span<UInt8>) -> Void) throws(TraceError) -> LiveRound?
}

/// What a look at all CPUs' ring buffers yielded beside their pages.
public struct LiveRound: Sendable {
    /// When the look began, in ns of the trace clock.
    public var watermark: UInt64
    /// `saved_cmdlines`, if there are new tasks; may be empty.
    public var commandLines: [UInt8]

    /// What a feed returns for one look.
    public init(watermark: UInt64, commandLines: [UInt8] = []) {
        (self.watermark, self.commandLines) = (watermark, commandLines)
    }
}

/// A trace that is being recorded.
public struct LiveTrace: Sendable {
    /// Where it comes from, for messages and reports, such as the tracefs.
    public var path: String
    /// How to read the pages.
    public var description: TraceDescription
    /// The CPUs that have a ring buffer, each once.
    public var cpus: [Int]
    /// Bytes of a ring buffer's page.
    public var pageSize: Int
    /// Which recording it is.
    public var identity = TraceIdentity()
    /// What the recorder knows of it before its first event; nil if that is nothing.
    public var recording: RecordingStats?
    /// The multipath maps of this machine as they were at the start; nil if it has none.
    public var topology: Topology?

    /// A trace whose identity is to be set, as far as it is known.
    public init(path: String, description: TraceDescription, cpus: [Int], pageSize: Int) {
        (self.path, self.description, self.cpus, self.pageSize) = (path, description, cpus, pageSize)
    }

    /// Reads what a feed hands over, until it is over or no analyzer wants more. Analyzers are called on this thread, the feed on
    /// another. A round's events are handed on before the next round is waited for.
    ///
    /// - Parameters:
    ///   - feed: hands over pages, round by round.
    ///   - analyzers: get what they are interested in, in time order; how much came too late for that is told in the notes.
    ///   - onRound: called when all events of a round but the last have been handed on, on this thread. What it throws ends the
    ///     reading.
    /// - Throws: what the feed, an analyzer or `onRound` throws.
    @discardableResult
    public func read(
        _ feed: some PageFeed, into analyzers: [any Analyzer], onRound: (LiveMark) throws -> Void = { _ in }
    ) throws -> TraceReading {
        let names = TraceNames()
        names.learn(description.comms)
        let analyzers = AnalyzerSet(analyzers)
        let types = EventTypes(analyzers.events, isText: false)
        let context = TraceContext(
            path: path, kind: .traceDat, names: names, types: types, identity: identity, recording: recording,
            topology: topology)
        let source = LiveSource(self, feed, names: names, types: types)
        return try TraceFile.read(source, context, types, analyzers, mayBeEmpty: true) { mark in
            if let watermark = mark.watermark {
                try onRound(LiveMark(watermark: watermark, lateEvents: mark.lateEvents))
            }
        }
    }
}

/// How far the reading of a live trace is.
public struct LiveMark: Sendable {
    /// Up to this time, in ns of the trace clock, all that happened has been handed on, but for what comes too late.
    public let watermark: UInt64
    /// Events since the beginning that came too late to stand in the order of time. They have been handed on all the same.
    public let lateEvents: Int
}
