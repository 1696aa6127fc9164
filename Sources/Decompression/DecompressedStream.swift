/// What compressed bytes expand to, from the first to the last, in pieces of any size.
///
/// For one thread at a time.
public struct DecompressedStream {
    /// Fills a buffer with the next compressed bytes; returns how many, fewer than it takes only at the end.
    public typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    private let decompressor: StreamDecompressor
    private let source: Source
    private var compressed = [UInt8](repeating: 0, count: 256 << 10)
    /// What of `compressed` is to be decompressed.
    private var rest = 0..<0
    private var isLast = false

    /// - Parameters:
    ///   - format: how the bytes are compressed.
    ///   - source: where they come from; asked while ``read(into:)`` runs, on its thread.
    public init(_ format: CompressedFormat, from source: @escaping Source) {
        decompressor = StreamDecompressor(format)
        self.source = source
    }

    /// Fills `room`; returns with how many bytes, fewer than it takes only at the end.
    ///
    /// - Throws: ``DecompressionError``, or what the source throws.
    public mutating func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < room.count {
            if rest.isEmpty, !isLast {
                let count = try compressed.withUnsafeMutableBytes { try source($0) }
                rest = 0..<count
                isLast = count < compressed.count
            }
            let step = try compressed.withUnsafeBytes { bytes in
                try decompressor.decompress(
                    UnsafeRawBufferPointer(rebasing: bytes[rest]), isLast: isLast,
                    into: UnsafeMutableRawBufferPointer(rebasing: room[filled...]))
            }
            rest = (rest.lowerBound + step.consumed)..<rest.upperBound
            filled += step.produced
            if step.consumed == 0, step.produced == 0, rest.isEmpty, isLast { break }
        }
        return filled
    }
}

extension CompressedFormat {
    /// All that `compressed` expands to.
    ///
    /// - Parameters:
    ///   - compressed: a whole file.
    ///   - limit: bytes that may come out.
    /// - Returns: nil if there is more, before it takes memory, or if it cannot be decompressed.
    public func decompress(_ compressed: [UInt8], limit: Int) -> [UInt8]? {
        var done = 0
        var stream = DecompressedStream(self) { room in
            let count = min(room.count, compressed.count - done)
            compressed.withUnsafeBytes {
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[done..<(done + count)]))
            }
            done += count
            return count
        }
        var decompressed: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while decompressed.count <= limit {
            guard let count = try? piece.withUnsafeMutableBytes({ try stream.read(into: $0) }) else { return nil }
            decompressed += piece[..<count]
            if count < piece.count { return decompressed.count <= limit ? decompressed : nil }
        }
        return nil
    }
}
