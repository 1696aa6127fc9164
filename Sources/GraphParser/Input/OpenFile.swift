import Glibc

/// A descriptor, closed with its owner.
final class OpenFile: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Where it stands; nil if it has no places, as a pipe.
    var position: Int? {
        let position = lseek(number, 0, SEEK_CUR)
        return position < 0 ? nil : position
    }

    func size(_ path: String) throws(TraceError) -> Int { Int(try status(path).st_size) }

    func isDirectory(_ path: String) throws(TraceError) -> Bool { try status(path).st_mode & S_IFMT == S_IFDIR }

    private func status(_ path: String) throws(TraceError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .unreadable(path, errno) }
        return status
    }

    /// Reads from a place until `buffer` is full or the file ends; `failure` is an error's number, or 0.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> (filled: Int, failure: Int32) {
        var filled = 0
        while filled < buffer.count {
            let got = pread(number, buffer.baseAddress! + filled, buffer.count - filled, offset + filled)
            if got < 0 && errno == EINTR { continue }
            if got < 0 { return (filled, errno) }
            if got == 0 { break }
            filled += got
        }
        return (filled, 0)
    }

    /// Reads what comes next.
    ///
    /// - Returns: the number of bytes, 0 at the end; or an error's number.
    func next(into buffer: UnsafeMutableRawBufferPointer) -> (count: Int, failure: Int32) {
        while true {
            let got = Glibc.read(number, buffer.baseAddress, buffer.count)
            if got >= 0 { return (got, 0) }
            if errno != EINTR { return (0, errno) }
        }
    }

    /// Writes all of it; returns an error's number, or 0.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(number, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return errno }
            written += count
        }
        return 0
    }
}

extension TraceError {
    static func unreadable(_ path: String, _ error: Int32) -> TraceError {
        TraceError(
            .unreadable, path: path, "cannot be read: \(String(cString: strerror(error)))",
            remedy: error == ENOENT ? "check the path" : "check what it is and its permissions")
    }
}
