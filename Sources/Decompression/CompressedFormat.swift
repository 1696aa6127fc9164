/// How a file is compressed as a whole, which its first bytes tell.
public enum CompressedFormat: String, CaseIterable, Sendable {
    /// RFC 1952, one member or several.
    case gzip
    /// The .xz format, one stream or several.
    case xz
    /// RFC 8878, one frame or several.
    case zstd

    /// - Parameter beginning: of the file, some bytes of it.
    /// - Returns: nil if it is not compressed by one of these.
    public init?(_ beginning: some Collection<UInt8>) {
        guard let format = Self.allCases.first(where: { beginning.starts(with: $0.magic) }) else { return nil }
        self = format
    }

    private var magic: [UInt8] {
        switch self {
        case .gzip: [0x1f, 0x8b]
        case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
        case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
        }
    }

    /// What decompresses it at a command line.
    public var program: String {
        switch self {
        case .gzip: "gunzip"
        case .xz: "unxz"
        case .zstd: "unzstd"
        }
    }
}

/// Why something cannot be decompressed.
public enum DecompressionError: Error, Equatable, Sendable {
    /// The compressed bytes contradict themselves, or are followed by others.
    case damaged
    /// They end too early.
    case cut
    /// They ask for more memory than any usual program compresses for: ``StreamDecompressor/memoryLimit``.
    case needsMemory
}
