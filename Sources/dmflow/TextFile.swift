import Glibc
import TraceFormat

/// Small text files of the user's own.
enum TextFile {
    private static let limit = 1 << 20

    static func read(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = RawString(path).withCString({ fopen($0, "re") }) else { throw unreadable(path, errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw unreadable(path, errno) }
        guard count <= limit else { throw Failure(message: "\(path): larger than 1 MiB; is it the right file?") }
        return Array(bytes[..<count])
    }

    private static func unreadable(_ path: String, _ error: Int32) -> Failure {
        Failure(message: "\(path): cannot be read: \(String(cString: strerror(error))); check the path")
    }
}
