import TraceFormat

/// What becomes of a capture's pages: the one difference between a trace that is written and one that is watched. All else, from the
/// first check to the last setting that is put back, is the same for both.
///
/// It is made when the capture is sure to begin, before the machine is changed.
protocol CaptureDestination: AnyObject {
    /// Opens the ring buffers of a place that is set up and does not trace yet.
    ///
    /// - Parameter ended: to be called, on any thread, when the recording ends by itself.
    func open(
        _ setup: RecordingSetup, ended: @escaping @Sendable () -> Void
    ) throws(CaptureError) -> any PageRecording

    /// Does what is left to do, with tracefs as it was.
    ///
    /// - Parameter interrupted: whether somebody has asked to stop since it was asked last.
    /// - Returns: false if the disk was full before all was written.
    func complete(_ recorded: RecordedTrace, interrupted: () -> Bool) throws(CaptureError) -> Bool
}

/// Where a capture records, once all is set and armed.
struct RecordingSetup {
    /// The files of the place.
    let own: any TracingFiles
    /// Those with a ring buffer.
    let cpus: [Int]
    /// Bytes of a ring buffer's page.
    let pageSize: Int
    /// Bytes that a CPU's ring buffer holds.
    let bufferSize: Int
    /// The trace clock's name.
    let clock: String
    /// What is known of the recording before its first event.
    let facts: RecordingStats
    /// nil if the machine has no multipath map.
    let topology: Topology?
    /// Reads what makes pages readable that are not there yet.
    let metadata: () throws(CaptureError) -> TraceMetadata
}

/// Takes pages out of the ring buffers while tracing runs.
protocol PageRecording: AnyObject {
    /// Begins. ``finish()`` must be called, also after a failure.
    ///
    /// - Parameter moment: when tracing was turned on.
    func start(at moment: TraceStart) throws(CaptureError)

    /// Of pages that have been taken so far.
    var bytes: Int { get }

    /// Why it ended before it was told to; nil as long as it has not.
    var end: RecordingEnd? { get }

    /// Takes what is left, and closes the raw pipes: while one is open, the kernel refuses to change the tracer. Tracing must be
    /// off, or there might never be an end.
    func finish() -> RecordedPages
}

/// When tracing was turned on, in ns.
struct TraceStart {
    /// Since 1970.
    let realTime: UInt64
    /// On the monotonic clock.
    let monotonic: UInt64

    /// This moment.
    static var now: TraceStart { TraceStart(realTime: realTimeNanoseconds(), monotonic: monotonicNanoseconds()) }
}

/// Why a recording ended by itself.
enum RecordingEnd: Equatable {
    /// The errno of the call that failed to write.
    case failed(Int32)
    /// The pages cannot be read.
    case broken(CaptureError)
    /// Whoever watched wants no more.
    case notWanted
}

/// What came of a recording.
struct RecordedPages {
    /// In the order of the CPUs; nil where they were handed on and are not kept.
    let kept: [RingBufferRecording.Pages]?
    /// Of all pages that were taken.
    let bytes: Int
    let end: RecordingEnd?
}
