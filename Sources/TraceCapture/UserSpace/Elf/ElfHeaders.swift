/// What the header of an ELF file leads to: its segments, and its sections if it still has them.
struct ElfHeaders {
    /// A part of the file that the program header describes.
    struct Segment {
        let kind: UInt32
        let isExecutable: Bool
        let fileOffset: UInt64
        let address: UInt64
        /// Bytes in the file.
        let size: UInt64
        let alignment: UInt64
    }

    /// A part of the file that the linker and the debugger know.
    struct Section {
        let kind: UInt32
        let fileOffset: UInt64
        /// Bytes.
        let size: UInt64
        /// The section that belongs to it: the names of symbols.
        let link: UInt32
        /// The alignment of its entries or, for notes, of what they hold.
        let alignment: UInt64
        let entrySize: UInt64
    }

    /// The kernel runs no program whose program header is longer, in bytes.
    private static let maxProgramHeaderSize: UInt64 = 64 << 10

    let segments: [Segment]
    let sections: [Section]

    /// - Throws: `.elfNotUsable`, `.readFailed`.
    init(_ file: ElfBytes) throws(CaptureError) {
        let length: UInt64 = file.is64Bit ? 64 : 52
        let header = try file.table("its header", at: 0, count: 1, entrySize: length, least: length)
        // Programs and libraries; addresses in object files are none yet.
        guard (2...3).contains(header.half(0, 16, 16)) else {
            throw CaptureError(.elfNotUsable("it is no program and no library"), path: file.path)
        }
        sections = try Self.sections(file, header)
        segments = try Self.segments(file, header)
    }

    private static func sections(_ file: ElfBytes, _ header: ElfTable) throws(CaptureError) -> [Section] {
        let offset = header.long(0, 40, 32)
        if offset == 0 { return [] }
        let entrySize = UInt64(header.half(0, 58, 46))
        let least: UInt64 = file.is64Bit ? 64 : 40
        var count = UInt64(header.half(0, 60, 48))
        if count == 0 {
            // More than the field can count are counted by the first of them.
            let first = try file.table("its first section", at: offset, count: 1, entrySize: entrySize, least: least)
            count = first.long(0, 32, 20)
        }
        let table = try file.table("its section table", at: offset, count: count, entrySize: entrySize, least: least)
        return (0..<table.count).map { entry in
            Section(
                kind: table.word(entry, 4, 4), fileOffset: table.long(entry, 24, 16), size: table.long(entry, 32, 20),
                link: table.word(entry, 40, 24), alignment: table.long(entry, 48, 32),
                entrySize: table.long(entry, 56, 36))
        }
    }

    private static func segments(_ file: ElfBytes, _ header: ElfTable) throws(CaptureError) -> [Segment] {
        let count = UInt64(header.half(0, 56, 44))
        let entrySize = UInt64(header.half(0, 54, 42))
        if count == 0 { return [] }
        guard count * entrySize <= maxProgramHeaderSize else {
            throw CaptureError(.elfNotUsable("its program header is longer than 64 KiB"), path: file.path)
        }
        let table = try file.table(
            "its program header", at: header.long(0, 32, 28), count: count, entrySize: entrySize,
            least: file.is64Bit ? 56 : 32)
        return (0..<table.count).map { entry in
            Segment(
                kind: table.word(entry, 0, 0), isExecutable: table.word(entry, 4, 24) & 1 != 0,
                fileOffset: table.long(entry, 8, 4), address: table.long(entry, 16, 8), size: table.long(entry, 32, 16),
                alignment: table.long(entry, 48, 28))
        }
    }
}
