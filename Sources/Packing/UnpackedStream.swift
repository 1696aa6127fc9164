/// What packed bytes expand to, from the first to the last, in pieces of any size.
///
/// For one thread at a time.
public struct UnpackedStream {
    /// Fills a buffer with the next packed bytes; returns how many, fewer than it takes only at the end.
    public typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    private let unpacker: Unpacker
    private let source: Source
    private var packed = [UInt8](repeating: 0, count: 256 << 10)
    /// What of `packed` is to be unpacked.
    private var rest = 0..<0
    private var isLast = false

    public init(_ packing: PackedForm, from source: @escaping Source) {
        unpacker = Unpacker(packing)
        self.source = source
    }

    /// Fills `room`; returns with how many bytes, fewer than it takes only at the end.
    ///
    /// - Throws: ``UnpackingError``, or what the source throws.
    public mutating func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < room.count {
            if rest.isEmpty, !isLast {
                let count = try packed.withUnsafeMutableBytes { try source($0) }
                rest = 0..<count
                isLast = count < packed.count
            }
            let step = try packed.withUnsafeBytes { bytes in
                try unpacker.unpack(
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

extension PackedForm {
    /// All that `packed` expands to.
    ///
    /// - Parameter limit: bytes; nil is returned if there is more, before it takes memory, or if it cannot be unpacked.
    public func unpack(_ packed: [UInt8], limit: Int) -> [UInt8]? {
        var done = 0
        var stream = UnpackedStream(self) { room in
            let count = min(room.count, packed.count - done)
            packed.withUnsafeBytes {
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[done..<(done + count)]))
            }
            done += count
            return count
        }
        var unpacked: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while unpacked.count <= limit {
            guard let count = try? piece.withUnsafeMutableBytes({ try stream.read(into: $0) }) else { return nil }
            unpacked += piece[..<count]
            if count < piece.count { return unpacked.count <= limit ? unpacked : nil }
        }
        return nil
    }
}
