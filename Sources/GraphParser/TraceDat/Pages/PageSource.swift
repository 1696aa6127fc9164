/// Where the pages of one CPU's ring buffer come from, in their order: a file, or a kernel that is tracing.
protocol PageSource: Sendable {
    /// Puts the next whole pages at the begin of `buffer`, which grows if it is too small.
    ///
    /// - Parameter atMost: bytes, at least a page's; a hint where the pages are in memory anyway.
    /// - Returns: the bytes that are valid in `buffer`: a multiple of the page size, unless the data ends within a page; 0 if there
    ///   are none now.
    /// - Throws: if the pages cannot be read.
    mutating func next(into buffer: inout [UInt8], atMost: Int) throws(TraceError) -> Int

    /// Whether no pages will come any more, when there are none now.
    var isOver: Bool { get }

    /// Bytes that have been read so far.
    var bytesRead: Int { get }
}
