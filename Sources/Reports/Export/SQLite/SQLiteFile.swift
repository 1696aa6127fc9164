import Glibc
import TraceFormat

/// A database while it is being made: in a file without a name, so that nothing is left however the program ends.
///
/// SQLite writes to files at random and wants a path, where an output is a stream that may end in a pipe. So the file is made in a directory
/// of its own below `TMPDIR`, which nobody else can enter, loses its name as soon as SQLite has it open, and is copied when it is whole.
final class SQLiteFile {
    let database: SQLiteDatabase
    private let descriptor: Int32
    private let place: String

    init() throws {
        let place = Self.directory()
        var template = RawString("\(place)/dmflow.XXXXXX").bytes.map(CChar.init(bitPattern:)) + [0]
        guard mkdtemp(&template) != nil else { throw SQLiteError(String(cString: strerror(errno)), in: place) }
        let directory = RawString(bytes: template.dropLast().map(UInt8.init(bitPattern:)))
        let path = RawString(bytes: directory.bytes + "/database".utf8)
        defer {
            _ = path.withCString { unlink($0) }
            _ = directory.withCString { rmdir($0) }
        }
        let descriptor = path.withCString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw SQLiteError(String(cString: strerror(errno)), in: place) }
        do { database = try path.withCString { try SQLiteDatabase(path: $0, place: place) } } catch {
            close(descriptor)
            throw error
        }
        (self.descriptor, self.place) = (descriptor, place)
    }

    deinit { close(descriptor) }

    /// Copies all that there is, piece by piece. Nothing may be uncommitted.
    func copy(to sink: OutputSink) throws {
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        var done = 0
        while true {
            let count = pread(descriptor, &piece, piece.count, off_t(done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SQLiteError(String(cString: strerror(errno)), in: place) }
            if count == 0 { return }
            sink.bytes += piece[..<count]
            try sink.pass()
            done += count
        }
    }

    /// `TMPDIR`, where it is set to something.
    private static func directory() -> String {
        guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
        return RawString(bytes: UnsafeRawBufferPointer(start: value, count: strlen(value))).text
    }
}
