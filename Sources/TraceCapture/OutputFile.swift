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

    /// - Throws: `.outputNotAFile` for a directory or device; `.outputNotWritable`.
    init(path: String) throws(CaptureError) {
        let path = try Self.resolved(path)
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { String(path[...$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if name.isEmpty { throw CaptureError(.outputNotAFile, path: path) }
        var template = Array("\(directory)/.\(name).XXXXXX".utf8CString)
        // mkstemp creates with mode 0600: a trace tells what every process on the machine did.
        let descriptor = mkstemp(&template)
        if descriptor < 0 { throw CaptureError(.outputNotWritable, path: path, errno: errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.descriptor = descriptor
        self.path = path
        self.directory = directory
        let temporaryPath = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.temporaryPath = absolutePath(temporaryPath) ?? temporaryPath
    }

    deinit {
        close(descriptor)
        if !committed { unlink(temporaryPath) }
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
