/// The header of a ring buffer page, as `events/header_page` of the traced kernel tells it.
public struct PageLayout: Equatable, Sendable {
    /// Bytes of the kernel's `long`, which holds how much of the page is used: 8, or 4 on 32-bit kernels.
    public let commitSize: Int
    /// Where the events begin. The timestamp always has the first 8 bytes, the commit word follows.
    public let dataOffset: Int

    /// Where the commit word stands.
    public static let commitOffset = 8

    /// The layout of a 64-bit kernel.
    public static let wide = PageLayout(commitSize: 8, dataOffset: 16)
    /// The layout of a 32-bit kernel.
    public static let narrow = PageLayout(commitSize: 4, dataOffset: 12)
    /// The layout of a kernel as wide as this process.
    public static let running = MemoryLayout<Int>.size == 8 ? wide : narrow

    private init(commitSize: Int, dataOffset: Int) {
        self.commitSize = commitSize
        self.dataOffset = dataOffset
    }

    /// - Parameter text: lines such as `field: local_t commit;	offset:8;	size:8;	signed:1;`.
    /// - Returns: nil if it tells of a header that no kernel has.
    public init?(headerPage text: [UInt8]) {
        let fields = FieldLine.all(text)
        guard let commit = fields.first(where: { $0.name == "commit" }),
            let data = fields.first(where: { $0.name == "data" }), commit.offset == Self.commitOffset,
            [4, 8].contains(commit.size), (Self.commitOffset + commit.size...64).contains(data.offset)
        else { return nil }
        self.init(commitSize: commit.size, dataOffset: data.offset)
    }
}

/// What the word behind a page's timestamp holds: how many bytes of events there are, and marks above that.
public enum CommitWord {
    /// The bits that count bytes.
    @inlinable public static var byteCount: UInt64 { 0x7ff_ffff }
    /// Events were lost before the page.
    @inlinable public static var missedEvents: UInt64 { 1 << 31 }
    /// Their number stands behind the page's events, in a word of the same size.
    @inlinable public static var missedCountStored: UInt64 { 1 << 30 }
}
