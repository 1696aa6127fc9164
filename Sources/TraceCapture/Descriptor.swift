import CLinux
import Glibc

/// An open file, closed when nobody holds it any more.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// A new file without a name in the directory, which is gone when it is closed, whatever happens. Mode 0600.
    ///
    /// - Throws: `.outputNotWritable`.
    static func unnamedFile(in directory: String) throws(CaptureError) -> Descriptor {
        // A file that never had a name is not left behind by a process that is killed here.
        if let number = retrying({ open(directory, O_RDWR | dmflow_unnamed | O_CLOEXEC, 0o600) }) {
            return Descriptor(number)
        }
        var template = Array("\(directory)/.dmflow.XXXXXX".utf8CString)
        let number = mkstemp(&template)
        if number < 0 { throw CaptureError(.outputNotWritable, path: directory, errno: errno) }
        unlink(template)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return Descriptor(number)
    }
}
