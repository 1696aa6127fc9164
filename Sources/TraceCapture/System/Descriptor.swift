import CLinux
import Glibc
import TraceFormat

/// An open file, closed when nobody holds it any more.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// Opens a directory.
    ///
    /// - Throws: `.outputNotWritable`.
    convenience init(directory path: RawString) throws(CaptureError) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        guard let number = path.withCString({ path in retrying { open(path, flags) } }) else {
            throw CaptureError(.outputNotWritable, path: path.description, errno: errno)
        }
        self.init(number)
    }

    /// A new file without a name in the directory, which is gone when it is closed, whatever happens. Mode 0600.
    ///
    /// - Throws: `.outputNotWritable`.
    static func unnamedFile(in directory: Descriptor) throws(CaptureError) -> Descriptor {
        // A file that never had a name is not left behind by a process that is killed here.
        let flags = O_RDWR | O_CLOEXEC
        if let number = retrying({ openat(directory.number, ".", flags | dmflow_unnamed, 0o600) }) {
            return Descriptor(number)
        }
        return try LeftFile.temporaryName(for: "dmflow").withCString { name throws(CaptureError) in
            guard let number = retrying({ openat(directory.number, name, flags | O_CREAT | O_EXCL, 0o600) }) else {
                throw CaptureError(
                    .outputNotWritable, path: linkTarget("/proc/self/fd/\(directory.number)")?.description,
                    errno: errno)
            }
            unlinkat(directory.number, name, 0)
            return Descriptor(number)
        }
    }
}
