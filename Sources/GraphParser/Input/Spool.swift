import Glibc
import TraceFormat

/// Unnamed temporary files, for what cannot be read by position: they are gone with their descriptor, however the program ends.
enum Spool {
    private static let pieceSize = 256 << 10

    /// How much a compressed trace.dat may expand to on somebody's disk: traces shrink to a tenth or less, not to a hundredth,
    /// and what claims more was not made by packing one.
    ///
    /// - Parameter compressed: bytes.
    static func decompressedLimit(compressed: Int) -> Int { max(1 << 30, min(compressed, 1 << 50) * 100) }

    /// A copy of all that comes from `source`, behind what has been read of it.
    static func copy(_ source: OpenFile, behind beginning: [UInt8], path: String) throws(TraceError) -> OpenFile {
        let target = try Target(path)
        try target.write(beginning[...])
        var piece = [UInt8](repeating: 0, count: pieceSize)
        while true {
            let (count, failure) = piece.withUnsafeMutableBytes { source.next(into: $0) }
            if failure != 0 { throw .unreadable(path, failure) }
            if count == 0 { return target.file }
            try target.write(piece[..<count])
        }
    }

    /// What compressed bytes expand to.
    ///
    /// - Parameter limit: bytes; more is refused.
    static func decompress(_ text: CompressedText, limit: Int, path: String) throws(TraceError) -> OpenFile {
        let target = try Target(path)
        var piece = [UInt8](repeating: 0, count: pieceSize)
        var size = 0
        while true {
            let count = try piece.withUnsafeMutableBytes { text.fill($0, at: size) }.get()
            size += count
            guard size <= limit else {
                throw TraceError(
                    .unsupported, path: path, "decompresses to more than \(limit >> 20) MiB, as no trace does",
                    remedy: "if it is one, decompress it where there is room, and give that file")
            }
            try target.write(piece[..<count])
            if count < piece.count { return target.file }
        }
    }

    private struct Target {
        let file: OpenFile
        private let path: String
        private let directory: String

        /// - Parameter path: of what is copied, for messages.
        init(_ path: String) throws(TraceError) {
            self.path = path
            directory = Self.directory()
            var template = RawString("\(directory)/dmflow.XXXXXX").bytes.map(CChar.init(bitPattern:)) + [0]
            let number = mkstemp(&template)
            guard number >= 0 else { throw Self.uncopied(path, directory, errno) }
            unlink(template)
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
            file = OpenFile(number)
        }

        func write(_ bytes: ArraySlice<UInt8>) throws(TraceError) {
            let failure = bytes.withUnsafeBytes { file.write($0) }
            if failure != 0 { throw Self.uncopied(path, directory, failure) }
        }

        /// `TMPDIR`, where it is set to something.
        private static func directory() -> String {
            guard let value = getenv("TMPDIR"), value.pointee != 0 else { return "/tmp" }
            return RawString(bytes: UnsafeRawBufferPointer(start: value, count: strlen(value))).text
        }

        private static func uncopied(_ path: String, _ directory: String, _ error: Int32) -> TraceError {
            TraceError(
                .unreadable, path: path,
                "cannot be copied to \(directory), which is done first: \(String(cString: strerror(error)))",
                remedy: "set TMPDIR to a directory with room, or give the file by its name, not compressed")
        }
    }
}
