import Glibc
import TraceFormat

/// Small text files of the user's own.
enum TextFile {
    private static let limit = 1 << 20

    static func read(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// - Parameter limit: bytes that it may have.
    static func bytes(_ path: String, limit: Int = Self.limit) throws -> [UInt8] {
        guard let file = RawString(path).withCString({ fopen($0, "re") }) else { throw unreadable(path, errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: min(limit + 1, 1 << 20))
        while bytes.count <= limit {
            let count = fread(&piece, 1, piece.count, file)
            guard ferror(file) == 0 else { throw unreadable(path, errno) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
        throw Failure(message: "\(path): larger than \(limit >> 20) MiB; is it the right file?")
    }

    /// Whether a file that can be read from its beginning again begins with a character; false for one that cannot.
    static func beginsWith(_ character: Character, _ path: String) throws -> Bool {
        var status = stat()
        guard RawString(path).withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        guard let file = RawString(path).withCString({ fopen($0, "re") }) else { throw unreadable(path, errno) }
        defer { fclose(file) }
        let first = fgetc(file)
        return first >= 0 && UInt8(truncatingIfNeeded: first) == character.asciiValue
    }

    private static func unreadable(_ path: String, _ error: Int32) -> Failure {
        Failure(message: "\(path): cannot be read: \(String(cString: strerror(error))); check the path")
    }
}
