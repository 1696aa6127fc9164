import Glibc

/// The recording of all CPUs: a thread and a temporary file for each.
final class RingBufferRecording: PageRecording {
    /// The pages of one CPU.
    struct Pages {
        let cpu: Int
        let file: Descriptor
        /// Where they begin in the file.
        var start = 0
        /// Where they end.
        let bytes: Int
        /// Bytes that were taken out of the ring buffer and did not get there.
        var dropped = 0

        var size: Int { bytes - start }
    }

    private var recorders: [CPURecorder]
    private var threads: [StartedThread] = []
    /// Closing it wakes all recorders, for the last time.
    private var running: Descriptor?

    /// Opens all that is needed, and starts nothing.
    ///
    /// - Parameters:
    ///   - bufferSize: bytes that a CPU's ring buffer holds.
    ///   - directory: where the temporary files go: beside the output, so that the disk is the one chosen.
    ///   - failed: called on a recorder's thread when it ends early.
    init(
        _ files: any TracingFiles, cpus: [Int], pageSize: Int, bufferSize: Int, directory: Descriptor,
        failed: @escaping @Sendable () -> Void
    ) throws(CaptureError) {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { throw CaptureError(.threadFailed, errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let stop = Descriptor(ends[0])
        running = Descriptor(ends[1])
        var recorders: [CPURecorder] = []
        for cpu in cpus {
            let source = Descriptor(try files.openRawPipe(cpu: cpu))
            let file = try Descriptor.unnamedFile(in: directory)
            recorders.append(
                CPURecorder(
                    cpu: cpu, source: source, file: file, stop: stop, pageSize: pageSize, bufferSize: bufferSize,
                    failed: failed))
        }
        self.recorders = recorders
    }

    /// Starts the threads. `finish()` must be called, also after a failure.
    func start(at moment: TraceStart = .now) throws(CaptureError) {
        for recorder in recorders {
            threads.append(try StartedThread { recorder.run() })
        }
    }

    /// Bytes that are recorded so far.
    var bytes: Int { recorders.reduce(0) { $0 + $1.result.bytes } }

    /// Of the first recorder that failed so far.
    var end: RecordingEnd? {
        recorders.lazy.map(\.result.failure).first { $0 != 0 }.map(RecordingEnd.failed)
    }

    /// Lets the recorders read what is left, waits for them, and closes the raw pipes.
    @discardableResult
    func finish() -> RecordedPages {
        running = nil
        for thread in threads { thread.join() }
        threads = []
        let end = end
        let pages = recorders.map {
            Pages(cpu: $0.cpu, file: $0.file, bytes: $0.result.bytes, dropped: $0.result.dropped)
        }
        recorders = []
        return RecordedPages(kept: pages, bytes: pages.reduce(0) { $0 + $1.bytes }, end: end)
    }
}
