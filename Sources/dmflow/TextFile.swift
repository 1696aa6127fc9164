import Glibc

/// Small text files of the user's own.
enum TextFile {
    private static let limit = 1 << 20

    static func read(_ path: String) throws -> String {
        guard let file = fopen(path, "re") else { throw unreadable(path, errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw unreadable(path, errno) }
        guard count <= limit else { throw Failure(message: "\(path): larger than 1 MiB; is it the right file?") }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func unreadable(_ path: String, _ error: Int32) -> Failure {
        Failure(message: "\(path): cannot be read: \(String(cString: strerror(error))); check the path")
    }
}
