import Glibc
import TraceFormat

/// A text that is a command's result.
enum ResultText {
    /// Takes a regular file away, if there is one of the name.
    static func remove(_ file: String) {
        var status = stat()
        let path = RawString(file)
        guard path.withCString({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        _ = path.withCString { unlink($0) }
    }

    /// Writes it to a file, which appears under its name when all is written, or to standard output.
    ///
    /// - Throws: as ``OutputTarget/write(_:)``.
    static func write(_ text: String, to file: String?) throws {
        guard let file else { return try emit(text) }
        let target: any OutputTarget = NamedDevice.isOne(file) ? try NamedDevice(file) : try ResultFile(file)
        try target.write(Array(text.utf8))
        try target.finish()
    }
}
