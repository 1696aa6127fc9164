import Decompression
import Glibc
import TraceFormat

/// A file that is read by position, by several threads at once if need be. Not mapped: a mapped file that shrinks while it
/// is read ends the process.
///
/// What was compressed as a whole is decompressed: text while it is read, from the first to the last byte; a trace.dat, which is read
/// here and there, to an unnamed temporary file first.
final class InputFile: Sendable {
    let path: String
    /// Bytes when opened; 0 if that is not known.
    let size: Int
    private let content: Content

    private enum Content: Sendable {
        /// From the byte at `start` on.
        case file(OpenFile, start: Int)
        case compressed(CompressedText)
        case piped(PipedText)
        case memory([UInt8])
    }

    /// What is no file, but read like one.
    ///
    /// - Parameter name: for messages.
    init(_ bytes: [UInt8], name: String) {
        (path, size, content) = (name, bytes.count, .memory(bytes))
    }

    /// - Parameters:
    ///   - path: `-` reads standard input, from where it stands. A pipe is copied to an unnamed temporary file first.
    ///   - asItComes: text from a pipe is not copied, but read as it comes: ``isPiped``.
    ///   - decompressedLimit: bytes that a compressed trace.dat of so many bytes may expand to.
    init(
        path: String, asItComes: Bool = false, decompressedLimit: (_ compressed: Int) -> Int = Spool.decompressedLimit
    ) throws(TraceError) {
        self.path = path
        let (file, start): (OpenFile, Int)
        switch try Self.open(path) {
        case .placed(let placed, let position): (file, start) = (placed, position)
        case .pipe(let pipe):
            let beginning = try PipedText.beginning(of: pipe, count: TraceDatFormat.magic.count, path: path)
            if asItComes, CompressedFormat(beginning) == nil, !TraceDatFormat.magic.starts(with: beginning) {
                (content, size) = (.piped(PipedText(pipe, beginning: beginning, path: path)), 0)
                return
            }
            (file, start) = (try Spool.copy(pipe, behind: beginning, path: path), 0)
        }
        let size = max(0, try file.size(path) - start)
        let beginning = try Self.bytes(of: file, at: start, count: 8, path)
        guard let form = CompressedFormat(beginning) else {
            (content, self.size) = (.file(file, start: start), size)
            return
        }
        let text = try CompressedText(form, file, start: start, path: path)
        guard text.beginning.starts(with: TraceDatFormat.magic) else {
            (content, self.size) = (.compressed(text), 0)
            return
        }
        let copy = try Spool.decompress(text, limit: decompressedLimit(size), path: path)
        (content, self.size) = (.file(copy, start: 0), try copy.size(path))
    }

    private init(path: String, size: Int, content: Content) {
        (self.path, self.size, self.content) = (path, size, content)
    }

    /// True of what is decompressed while it is read: each byte comes once, in order.
    var isSequential: Bool {
        if case .compressed = content { true } else { false }
    }

    /// True of what comes from a pipe: each byte comes once, in order, and as many at once as are there.
    var isPiped: Bool {
        if case .piped = content { true } else { false }
    }

    /// The same bytes for another who reads them, independently of this one.
    func reopened() throws(TraceError) -> InputFile {
        guard case .compressed(let text) = content else { return self }
        return InputFile(path: path, size: size, content: .compressed(try text.reopened()))
    }

    private enum Opened {
        /// To be read by position, from one on.
        case placed(OpenFile, start: Int)
        /// What comes from it comes once.
        case pipe(OpenFile)
    }

    private static func open(_ path: String) throws(TraceError) -> Opened {
        let number =
            path == "-"
            ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
            : RawString(path).withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
        guard number >= 0 else { throw .unreadable(path, errno) }
        let file = OpenFile(number)
        if try file.isDirectory(path) { throw .unreadable(path, EISDIR) }
        // Files of /proc and tracefs say that they are empty; what they hold may be another thing the next time.
        guard let position = file.position, try file.size(path) > 0 else {
            return .pipe(file)
        }
        return .placed(file, start: path == "-" ? position : 0)
    }

    private static func bytes(
        of file: OpenFile, at offset: Int, count: Int, _ path: String
    ) throws(TraceError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let (filled, failure) = bytes.withUnsafeMutableBytes { file.fill($0, at: offset) }
        if failure != 0 { throw .unreadable(path, failure) }
        return Array(bytes[..<filled])
    }

    /// Up to `count` bytes at `offset`; fewer only at the end of the file.
    func read(at offset: Int, count: Int) throws(TraceError) -> [UInt8] {
        var result: Result<Int, TraceError> = .success(0)
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            result = fill(UnsafeMutableRawBufferPointer(buffer), at: offset)
            if case .success(let count) = result { filled = count }
        }
        _ = try result.get()
        return bytes
    }

    /// Puts up to `count` bytes at `offset` into `buffer`, behind its first `start` bytes. The buffer grows when it is too
    /// small and never shrinks, so that reading piece by piece takes memory once.
    ///
    /// - Returns: the number of bytes; fewer than `count` only at the end of the file.
    func read(
        at offset: Int, into buffer: inout [UInt8], from start: Int = 0, count: Int
    ) throws(TraceError) -> Int {
        let missing = start + count - buffer.count
        if missing > 0 {
            // By memset(3): a debug build would take longer to append a byte than to read it.
            buffer += [UInt8](unsafeUninitializedCapacity: missing) { room, filled in
                memset(room.baseAddress!, 0, missing)
                filled = missing
            }
        }
        return try buffer.withUnsafeMutableBytes { bytes in
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + count)]), at: offset)
        }.get()
    }

    /// Reads until `buffer` is full or the file ends; from a pipe what is there, and nothing only at its end.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Result<Int, TraceError> {
        switch content {
        case .compressed(let text): return text.fill(buffer, at: offset)
        case .piped(let text): return text.next(into: buffer)
        case .file(let file, let start):
            let (filled, failure) = file.fill(buffer, at: start + offset)
            return failure == 0 ? .success(filled) : .failure(.unreadable(path, failure))
        case .memory(let bytes):
            let part = bytes.dropFirst(offset).prefix(buffer.count)
            buffer.copyBytes(from: part)
            return .success(part.count)
        }
    }
}
