import Glibc
import Synchronization

/// What comes from a pipe, handed on as it comes: each byte once, in order, and nothing is kept.
final class PipedText: Sendable {
    private let file: OpenFile
    private let path: String
    /// What was read to see what it is, and is still to be handed on.
    private let beginning: Mutex<ArraySlice<UInt8>>

    init(_ file: OpenFile, beginning: [UInt8], path: String) {
        (self.file, self.path) = (file, path)
        self.beginning = Mutex(beginning[...])
    }

    /// The first bytes of what comes from a file; fewer only if that is all.
    static func beginning(of file: OpenFile, count: Int, path: String) throws(TraceError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let (got, failure) = bytes.withUnsafeMutableBytes {
                file.next(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
            }
            if failure != 0 { throw .unreadable(path, failure) }
            if got == 0 { break }
            filled += got
        }
        return Array(bytes[..<filled])
    }

    /// Waits until there is something.
    ///
    /// - Returns: the number of bytes; 0 at the end.
    func next(into buffer: UnsafeMutableRawBufferPointer) -> Result<Int, TraceError> {
        let again = beginning.withLock { rest in
            let part = rest.prefix(buffer.count)
            rest.removeFirst(part.count)
            return part
        }
        if !again.isEmpty {
            buffer.copyBytes(from: again)
            return .success(again.count)
        }
        let (count, failure) = file.next(into: buffer)
        return failure == 0 ? .success(count) : .failure(.unreadable(path, failure))
    }
}
