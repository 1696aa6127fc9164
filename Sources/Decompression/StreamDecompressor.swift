/// Decompresses bytes that come in pieces, into pieces: memory does not depend on how much comes out. Several compressed files one
/// after the other are one, as their programs have it.
///
/// For one thread at a time.
public final class StreamDecompressor {
    /// Bytes of memory that compressed bytes may ask for: what `zstd` takes without being asked, and twice what `xz -9` needs.
    public static let memoryLimit = 128 << 20

    /// Bytes that went in and came out.
    typealias Step = (consumed: Int, produced: Int)

    private let engine: any DecompressionEngine

    /// - Parameter format: how the bytes are compressed that will come.
    public init(_ format: CompressedFormat) {
        engine =
            switch format {
            case .gzip: GzipEngine()
            case .xz: XzEngine()
            case .zstd: ZstdEngine()
            }
    }

    /// Decompresses what of `input` fits into `room`.
    ///
    /// - Parameters:
    ///   - input: goes on where the last call has stopped consuming.
    ///   - isLast: nothing follows on `input`.
    ///   - room: where what comes out goes.
    /// - Returns: the bytes that were consumed and produced. Nothing of either means that more input is needed or, with
    ///   `isLast`, that all has come out.
    public func decompress(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
    ) throws(DecompressionError) -> (consumed: Int, produced: Int) {
        let step = try engine.step(input, isLast: isLast, into: room)
        if step.consumed == 0, step.produced == 0, !room.isEmpty {
            if !input.isEmpty { throw .damaged }
            if isLast, !engine.isComplete { throw .cut }
        }
        return step
    }
}

/// A compression library behind ``StreamDecompressor``.
protocol DecompressionEngine: AnyObject {
    /// Whether the compressed bytes may end here.
    var isComplete: Bool { get }

    func step(
        _ input: UnsafeRawBufferPointer, isLast: Bool, into room: UnsafeMutableRawBufferPointer
    ) throws(DecompressionError) -> StreamDecompressor.Step
}

extension UnsafeRawBufferPointer {
    /// As the libraries take it: they do not write there, and their counters have 32 bits.
    var forLibrary: (UnsafeMutablePointer<UInt8>?, Int) {
        (UnsafeMutablePointer(mutating: bindMemory(to: UInt8.self).baseAddress), Swift.min(count, 1 << 30))
    }
}

extension UnsafeMutableRawBufferPointer {
    var forLibrary: (UnsafeMutablePointer<UInt8>?, Int) {
        (bindMemory(to: UInt8.self).baseAddress, Swift.min(count, 1 << 30))
    }
}
