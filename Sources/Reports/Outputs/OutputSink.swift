/// Where an output is written to: collects small pieces and hands them on as large ones.
///
/// Whom it hands them to may refuse, by throwing: a full disk, a pipe that nobody reads. That ends the pass.
public final class OutputSink {
    /// For appending to; ``pass()`` comes behind it.
    public var bytes: [UInt8] = []
    private let size: Int
    private let handOn: ([UInt8]) throws -> Void

    /// - Parameters:
    ///   - size: so many bytes are handed on at once; with 1, each piece as it comes.
    ///   - handOn: takes the next bytes. What it throws is thrown by whoever writes.
    public init(size: Int = 64 << 10, to handOn: @escaping ([UInt8]) throws -> Void) {
        (self.size, self.handOn) = (size, handOn)
    }

    /// Writes text.
    public func write(_ text: String) throws {
        bytes += text.utf8
        try pass()
    }

    /// Hands on what has been collected if it is enough.
    public func pass() throws {
        if bytes.count >= size { try flush() }
    }

    /// Hands on what is left.
    public func flush() throws {
        if !bytes.isEmpty { try handOn(bytes) }
        bytes.removeAll(keepingCapacity: true)
    }
}
