/// What stands in every trace.dat; see trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5).
package enum TraceDatFormat {
    /// The file's first bytes.
    package static let magic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)

    /// What stands behind the metadata of version 6, each with a NUL behind it.
    package enum Kind {
        package static let options = "options  "
        /// Pages of ring buffers.
        package static let pages = "flyrecord"
        /// Text of a latency tracer.
        package static let text = "latency  "
        /// Bytes that a kind may have, its NUL included.
        package static let size = 10
    }

    /// What stands before the layout of pages, and before that of records.
    package static let headerPage = "header_page"
    package static let headerEvent = "header_event"

    /// 0 or 1: the first byte behind the version.
    package static let littleEndian: UInt8 = 0
    package static let bigEndian: UInt8 = 1
}

/// Numbers of a trace.dat's options. They are the same in both versions; version 7 has more of them, and the sections have the
/// numbers of the options that tell where they stand.
package enum TraceDatOption {
    package static let done: UInt16 = 0
    /// Distance of the clock to the time of day, in microseconds, as text.
    package static let date: UInt16 = 1
    /// What the kernel counted for a CPU's ring buffer, or the recorder of itself: ``CPUStatistics``, ``RecordingStats``.
    package static let cpuStatistics: UInt16 = 2
    package static let buffer: UInt16 = 3
    /// Empty where the name stands with the buffer.
    package static let traceClock: UInt16 = 4
    /// ``SystemName``.
    package static let systemName: UInt16 = 5
    /// The same as ``date``, in nanoseconds.
    package static let offset: UInt16 = 7
    package static let cpuCount: UInt16 = 8
    /// Name and version of the program that wrote the file.
    package static let writer: UInt16 = 9
    package static let timeShift: UInt16 = 12
    package static let ticksToTime: UInt16 = 14
    package static let headerInfo: UInt16 = 16
    package static let ftraceFormats: UInt16 = 17
    package static let eventFormats: UInt16 = 18
    package static let symbols: UInt16 = 19
    package static let commandLines: UInt16 = 21
    package static let bufferText: UInt16 = 22
    /// dmflow's own, far from those that trace-cmd may come to: ``Topology``, as JSON.
    package static let topology: UInt16 = 0x6d64
}
