import Glibc
import TraceFormat

/// A file that is read by position, by several threads at once if need be. Not mapped: a mapped file that shrinks while it
/// is read ends the process.
final class InputFile: Sendable {
    let path: String
    /// Bytes when opened.
    let size: Int
    private let descriptor: Int32

    /// - Parameter path: `-` reads standard input. A pipe is copied to an unnamed temporary file first.
    init(path: String) throws(TraceError) {
        self.path = path
        let opened =
            path == "-"
            ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : path.withOutsideCString { open($0, O_RDONLY | O_CLOEXEC) }
        guard opened >= 0 else { throw Self.unreadable(path, errno) }
        descriptor = try Self.seekable(opened, path)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw Self.unreadable(path, EISDIR) }
        // Pipes and files of /proc and tracefs say 0; the latter are read as text until they end.
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes at `offset`; fewer only at the end of the file.
    func read(at offset: Int, count: Int) throws(TraceError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            (filled, failure) = fill(UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
        if failure != 0 { throw Self.unreadable(path, failure) }
        return bytes
    }

    /// Puts up to `count` bytes at `offset` into `buffer`, behind its first `start` bytes. The buffer grows when it is too
    /// small and never shrinks, so that reading piece by piece takes memory once.
    ///
    /// - Returns: the number of bytes; fewer than `count` only at the end of the file.
    func read(
        at offset: Int, into buffer: inout [UInt8], from start: Int = 0, count: Int
    ) throws(TraceError) -> Int {
        if buffer.count < start + count {
            buffer.append(contentsOf: repeatElement(0, count: start + count - buffer.count))
        }
        let (filled, failure) = buffer.withUnsafeMutableBytes { bytes in
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + count)]), at: offset)
        }
        if failure != 0 { throw Self.unreadable(path, failure) }
        return filled
    }

    /// Reads until `buffer` is full or the file ends; `failure` is an error's number, or 0.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> (filled: Int, failure: Int32) {
        var filled = 0
        while filled < buffer.count {
            let got = pread(descriptor, buffer.baseAddress! + filled, buffer.count - filled, offset + filled)
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return (filled, errno) }
            if got == 0 { break }
            filled += got
        }
        return (filled, 0)
    }

    private static func unreadable(_ path: String, _ error: Int32) -> TraceError {
        TraceError(
            .unreadable, path: path, "cannot be read: \(String(cString: strerror(error)))",
            remedy: error == ENOENT ? "check the path" : "check what it is and its permissions")
    }

    private static func uncopied(_ path: String, _ directory: String, _ error: Int32) -> TraceError {
        TraceError(
            .unreadable, path: path,
            "cannot be copied to \(directory), which is done first: \(String(cString: strerror(error)))",
            remedy: "set TMPDIR to a directory with room, or give the file by its name")
    }

    /// The descriptor itself, or a copy of all that comes from it.
    private static func seekable(_ source: Int32, _ path: String) throws(TraceError) -> Int32 {
        if lseek(source, 0, SEEK_CUR) >= 0 { return source }
        defer { close(source) }
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(directory)/dmflow.XXXXXX".utf8CString)
        let copy = mkstemp(&template)
        guard copy >= 0 else { throw uncopied(path, directory, errno) }
        unlink(template)
        guard let failure = spool(source, into: copy) else { return copy }
        close(copy)
        throw uncopied(path, directory, failure)
    }

    /// Copies all of `source`; returns the error's number, nil if there was none.
    private static func spool(_ source: Int32, into copy: Int32) -> Int32? {
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let got = Glibc.read(source, &chunk, chunk.count)
            if got < 0 && errno == EINTR { continue }
            if got <= 0 { return got < 0 ? errno : nil }
            var written = 0
            while written < got {
                let count = chunk.withUnsafeBytes { write(copy, $0.baseAddress! + written, got - written) }
                if count < 0 && errno == EINTR { continue }
                if count < 0 { return errno }
                written += count
            }
        }
    }
}
