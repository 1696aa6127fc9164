import Decompression
import Glibc
import Synchronization

/// What a file that is compressed as a whole expands to, from the first byte to the last, and again in its beginning: who reads
/// text looks there first. Memory does not depend on how much comes out.
final class CompressedText: Sendable {
    /// The first bytes, up to 64 KiB.
    let beginning: [UInt8]
    private let path: String
    private let form: CompressedFormat
    /// The compressed bytes, from `start` on.
    private let file: OpenFile
    private let start: Int
    private let lock = Mutex(())
    /// Used under the lock only.
    nonisolated(unsafe) private var decompressed: DecompressedStream
    /// The offset of the next byte that comes out; under the lock too.
    nonisolated(unsafe) private var position: Int

    private struct ReadFailure: Error { let number: Int32 }

    private static let maxBeginning = 64 << 10

    /// - Parameter start: where the compressed bytes begin in `file`.
    init(_ form: CompressedFormat, _ file: OpenFile, start: Int, path: String) throws(TraceError) {
        var offset = start
        var decompressed = DecompressedStream(form) { buffer in
            let (filled, failure) = file.fill(buffer, at: offset)
            if failure != 0 { throw ReadFailure(number: failure) }
            offset += filled
            return filled
        }
        var bytes = [UInt8](repeating: 0, count: Self.maxBeginning)
        let count: Int
        do { count = try bytes.withUnsafeMutableBytes { try decompressed.read(into: $0) } } catch {
            throw Self.described(error, form, path)
        }
        beginning = Array(bytes[..<count])
        (self.path, self.form, self.file, self.start) = (path, form, file, start)
        (self.decompressed, position) = (decompressed, count)
    }

    /// The same bytes once more, from the first on.
    func reopened() throws(TraceError) -> CompressedText { try CompressedText(form, file, start: start, path: path) }

    /// - Parameter offset: in the beginning, or where the last call has ended.
    /// - Returns: the number of bytes; fewer than `buffer` takes only at the end.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Result<Int, TraceError> {
        let again = beginning.dropFirst(offset).prefix(buffer.count)
        again.withUnsafeBytes { buffer.copyMemory(from: $0) }
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[again.count...])
        if rest.isEmpty { return .success(again.count) }
        return next(into: rest, at: offset + again.count).map { again.count + $0 }
    }

    private func next(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Result<Int, TraceError> {
        do {
            let count = try lock.withLock { _ in
                guard position == offset else { throw ReadFailure(number: ESPIPE) }
                let count = try decompressed.read(into: buffer)
                position += count
                return count
            }
            return .success(count)
        } catch {
            return .failure(Self.described(error, form, path))
        }
    }

    private static func described(_ error: any Error, _ form: CompressedFormat, _ path: String) -> TraceError {
        switch error {
        case DecompressionError.cut:
            TraceError(
                .damaged, path: path, "is cut: its \(form.rawValue) data ends too early",
                remedy: "get it whole, or decompress what there is of it with \(form.program) -c")
        case DecompressionError.needsMemory:
            TraceError(
                .unsupported, path: path,
                "takes more than \(StreamDecompressor.memoryLimit >> 20) MiB of memory to decompress",
                remedy: "decompress it first, with \(form.program)")
        case let error as ReadFailure: .unreadable(path, error.number)
        default:
            TraceError(
                .damaged, path: path, "its \(form.rawValue) data is damaged, or something follows on it",
                remedy: "copy it again, or decompress what there is of it with \(form.program) -c")
        }
    }
}
