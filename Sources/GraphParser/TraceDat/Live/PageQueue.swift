/// Pages of one CPU's ring buffer that were handed over and wait to be decoded.
struct PageQueue: PageSource {
    private var waiting: [UInt8] = []
    private(set) var bytesRead = 0
    /// To be set when no more pages will be added.
    var isOver = false

    /// Takes pages as a kernel hands them out.
    ///
    /// - Parameter pageSize: bytes of each; what is short of it has room behind its events.
    mutating func add(_ pages: Span<UInt8>, pageSize: Int) {
        pages.withUnsafeBufferPointer { waiting.append(contentsOf: $0) }
        let missing = waiting.count % pageSize
        if missing > 0 { waiting.append(contentsOf: repeatElement(0, count: pageSize - missing)) }
    }

    /// Hands on all that waits: it is in memory anyway.
    mutating func next(into buffer: inout [UInt8], atMost: Int) -> Int {
        swap(&buffer, &waiting)
        waiting.removeAll(keepingCapacity: true)
        bytesRead += buffer.count
        return buffer.count
    }
}
