import Glibc
import TraceFormat

/// The end of a recording that was left to the ring buffer: of the pages that it still held, those of the last seconds.
struct FlightWindow {
    /// Nanoseconds before the end that were asked for.
    let length: UInt64
    let pageSize: Int

    /// What is left of one CPU's pages.
    struct Cut: Equatable {
        /// Bytes to leave out at the beginning.
        let start: Int
        /// The time of the first page that is kept, on the trace's clock; nil if there is none.
        let from: UInt64?
    }

    /// The kernel marks the page before which it overwrote events; what was older than the window is not lost.
    private static let missedFlags = CommitWord.missedEvents | CommitWord.missedCountStored

    /// Finds the first page to keep, and takes the mark of missing events off it.
    ///
    /// A page is older than the window if the next one begins before it: a page knows when it begins.
    ///
    /// - Parameter end: of the window, on the trace's clock.
    func cut(_ pages: RingBufferRecording.Pages, end: UInt64) throws(CaptureError) -> Cut {
        let begin = end - min(length, end)
        let count = pages.bytes / pageSize
        guard count > 0 else { return Cut(start: 0, from: nil) }
        var first = 0
        var time = try self.time(of: first, in: pages.file)
        while first + 1 < count {
            let next = try self.time(of: first + 1, in: pages.file)
            if next > begin { break }
            (first, time) = (first + 1, next)
        }
        try clearMissed(page: first, in: pages.file)
        return Cut(start: first * pageSize, from: time)
    }

    /// When the newest page begins, for clocks that nobody but the kernel can read.
    func newestPage(_ pages: [RingBufferRecording.Pages]) throws(CaptureError) -> UInt64 {
        var newest: UInt64 = 0
        for lane in pages where lane.bytes >= pageSize {
            newest = max(newest, try time(of: lane.bytes / pageSize - 1, in: lane.file))
        }
        return newest
    }

    private func time(of page: Int, in file: Descriptor) throws(CaptureError) -> UInt64 {
        try word(at: page * pageSize, in: file, as: UInt64.self)
    }

    /// Behind the time stands a word of the kernel's size: bytes in the page, and the marks.
    private func clearMissed(page: Int, in file: Descriptor) throws(CaptureError) {
        let offset = page * pageSize + PageLayout.commitOffset
        var commit = try word(at: offset, in: file, as: UInt.self)
        commit &= ~UInt(truncatingIfNeeded: Self.missedFlags)
        let written = withUnsafeBytes(of: commit) { bytes in
            retrying { pwrite(file.number, bytes.baseAddress, bytes.count, off_t(offset)) }
        }
        if written != MemoryLayout<UInt>.size { throw CaptureError(.recordingFailed, errno: errno) }
    }

    private func word<Word: FixedWidthInteger>(
        at offset: Int, in file: Descriptor, as: Word.Type
    ) throws(CaptureError) -> Word {
        var word = Word.zero
        let got = withUnsafeMutableBytes(of: &word) { bytes in
            retrying { pread(file.number, bytes.baseAddress, bytes.count, off_t(offset)) }
        }
        guard got == MemoryLayout<Word>.size else { throw CaptureError(.recordingFailed, errno: errno) }
        return word
    }
}
