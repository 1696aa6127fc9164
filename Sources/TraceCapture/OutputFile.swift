import CLinux
import Glibc

/// A file that appears under its name only when it is whole.
///
/// Until `commit()` it has a temporary name in the same directory, which is removed if that is never reached. It is
/// created before tracing begins, so that a place that cannot be written to is found before the machine is touched.
struct OutputFile: ~Copyable {
    let descriptor: Int32
    /// Where the file will be, with symbolic links followed.
    let path: String
    let directory: String
    /// Absolute: it may be removed by another process.
    let temporaryPath: String
    private var committed = false

    /// - Parameter announce: gets the temporary name before there is such a file; what it throws is thrown on.
    /// - Throws: `.outputNotAFile` for a directory or device; `.outputNotWritable`.
    init(path: String, announce: (String) throws(CaptureError) -> Void = { _ in }) throws(CaptureError) {
        let path = try Self.resolved(path)
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { String(path[...$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if name.isEmpty { throw CaptureError(.outputNotAFile, path: path) }
        guard let place = absolutePath(directory) else {
            throw CaptureError(.outputNotWritable, path: path, errno: errno)
        }
        let temporaryPath = "\(place)/.\(name).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        try announce(temporaryPath)
        // For its owner only: a trace tells what every process on the machine did.
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        guard let descriptor = retrying({ open(temporaryPath, flags, 0o600) }) else {
            throw CaptureError(.outputNotWritable, path: path, errno: errno)
        }
        self.descriptor = descriptor
        self.path = path
        self.directory = directory
        self.temporaryPath = temporaryPath
    }

    deinit {
        close(descriptor)
        if !committed { unlink(temporaryPath) }
    }

    /// Sets space aside, so that a disk that fills up meanwhile has room for it. Where the file system cannot, nothing is.
    ///
    /// - Throws: `.spaceMissing`.
    func reserve(_ bytes: Int) throws(CaptureError) {
        if retrying({ dmflow_reserve(descriptor, 0, off_t(bytes)) }) == nil, errno != EOPNOTSUPP {
            throw CaptureError(.spaceMissing(bytes: bytes), path: path, errno: errno)
        }
    }

    /// Makes the content durable and gives the file its name, in place of a file that has it already.
    mutating func commit() throws(CaptureError) {
        guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
            throw CaptureError(.recordingFailed, path: path, errno: errno)
        }
        committed = true
    }

    /// An existing file is replaced where it is, not the link to it; anything but a file is left alone.
    private static func resolved(_ path: String) throws(CaptureError) -> String {
        guard let real = absolutePath(path) else { return path }
        var status = stat()
        if stat(real, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw CaptureError(.outputNotAFile, path: path)
        }
        return real
    }
}
