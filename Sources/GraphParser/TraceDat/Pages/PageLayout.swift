/// The header of a ring buffer page, as `events/header_page` of the traced kernel tells it.
struct PageLayout: Equatable, Sendable {
    /// Bytes of the kernel's `long`, which holds how much of the page is used: 8, or 4 on 32-bit kernels.
    let commitSize: Int
    /// Where the events begin. The timestamp always has the first 8 bytes, the commit word follows.
    let dataOffset: Int

    /// Of a 64-bit kernel.
    static let wide = PageLayout(commitSize: 8, dataOffset: 16)
    /// Of a 32-bit kernel.
    static let narrow = PageLayout(commitSize: 4, dataOffset: 12)

    private init(commitSize: Int, dataOffset: Int) {
        self.commitSize = commitSize
        self.dataOffset = dataOffset
    }

    /// - Parameter text: lines such as `field: local_t commit;	offset:8;	size:8;	signed:1;`.
    /// - Returns: nil if it tells of a header that no kernel has.
    init?(headerPage text: [UInt8]) {
        let lines = text.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }
        guard let commit = Self.field("commit", in: lines), let data = Self.field("data", in: lines),
            commit.offset == 8, [4, 8].contains(commit.size), (8 + commit.size...64).contains(data.offset)
        else { return nil }
        self.init(commitSize: commit.size, dataOffset: data.offset)
    }

    private static func field(_ name: String, in lines: [String]) -> (offset: Int, size: Int)? {
        for line in lines {
            let parts = line.split(separator: ";").map { $0.drop { $0 == " " || $0 == "\t" } }
            guard parts.first?.hasSuffix(" \(name)") == true else { continue }
            func number(_ key: String) -> Int? {
                parts.first { $0.hasPrefix(key) }.flatMap { Int($0.dropFirst(key.count)) }
            }
            if let offset = number("offset:"), let size = number("size:") { return (offset, size) }
        }
        return nil
    }
}
