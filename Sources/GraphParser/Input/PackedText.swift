import Glibc
import Packing
import Synchronization

/// What a file that is packed as a whole expands to, from the first byte to the last, and again in its beginning: who reads
/// text looks there first. Memory does not depend on how much comes out.
final class PackedText: Sendable {
    /// The first bytes, up to 64 KiB.
    let beginning: [UInt8]
    private let path: String
    private let form: PackedForm
    /// The packed bytes, from `start` on.
    private let file: OpenFile
    private let start: Int
    private let lock = Mutex(())
    /// Used under the lock only.
    nonisolated(unsafe) private var unpacked: UnpackedStream
    /// Of the next byte that comes out; under the lock too.
    nonisolated(unsafe) private var position: Int

    private struct ReadFailure: Error { let number: Int32 }

    private static let longestBeginning = 64 << 10

    /// - Parameter start: where the packed bytes begin in `file`.
    init(_ form: PackedForm, _ file: OpenFile, start: Int, path: String) throws(TraceError) {
        var offset = start
        var unpacked = UnpackedStream(form) { buffer in
            let (filled, failure) = file.fill(buffer, at: offset)
            if failure != 0 { throw ReadFailure(number: failure) }
            offset += filled
            return filled
        }
        var bytes = [UInt8](repeating: 0, count: Self.longestBeginning)
        let count: Int
        do { count = try bytes.withUnsafeMutableBytes { try unpacked.read(into: $0) } } catch {
            throw Self.described(error, form, path)
        }
        beginning = Array(bytes[..<count])
        (self.path, self.form, self.file, self.start) = (path, form, file, start)
        (self.unpacked, position) = (unpacked, count)
    }

    /// The same bytes once more, from the first on.
    func reopened() throws(TraceError) -> PackedText { try PackedText(form, file, start: start, path: path) }

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
                let count = try unpacked.read(into: buffer)
                position += count
                return count
            }
            return .success(count)
        } catch {
            return .failure(Self.described(error, form, path))
        }
    }

    private static func described(_ error: any Error, _ form: PackedForm, _ path: String) -> TraceError {
        switch error {
        case UnpackingError.cut:
            TraceError(
                .damaged, path: path, "is cut: its \(form.rawValue) data ends too early",
                remedy: "get it whole, or unpack what there is of it with \(form.program) -c")
        case UnpackingError.needsMemory:
            TraceError(
                .unsupported, path: path, "takes more than \(Unpacker.memoryLimit >> 20) MiB of memory to unpack",
                remedy: "unpack it first, with \(form.program)")
        case let error as ReadFailure: .unreadable(path, error.number)
        default:
            TraceError(
                .damaged, path: path, "its \(form.rawValue) data is damaged, or something follows on it",
                remedy: "copy it again, or unpack what there is of it with \(form.program) -c")
        }
    }
}
