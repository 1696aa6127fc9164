import TraceFormat

/// The notes of an ELF file, of which only the build-id is looked for.
struct ElfNotes {
    /// What is read of notes, in bytes. Linkers put the build-id before others, and it has 36 bytes.
    private static let maxBytes: UInt64 = 1 << 20

    /// The build-id in hexadecimal digits; nil if there is none.
    let buildID: String?

    /// Looks through the sections first: in debug files, segments may describe what is not there.
    ///
    /// - Throws: `.readFailed`, `.elfNotUsable` if the file became shorter.
    init(_ headers: ElfHeaders, in file: ElfBytes) throws(CaptureError) {
        let sections = headers.sections.filter { $0.kind == 7 }.map { ($0.fileOffset, $0.size, $0.alignment) }
        let segments = headers.segments.filter { $0.kind == 4 }.map { ($0.fileOffset, $0.size, $0.alignment) }
        var found: String?
        var allowed = Self.maxBytes
        for (offset, size, alignment) in sections + segments where found == nil && offset < file.size {
            let length = min(size, file.size - offset, allowed)
            allowed -= length
            let bytes = try file.table("its notes", at: offset, count: length, entrySize: 1, least: 1)
            found = Self.buildID(in: bytes, alignment: alignment == 8 ? 8 : 4)
        }
        buildID = found
    }

    /// - Parameter alignment: of names and of what follows them, in bytes.
    private static func buildID(in notes: ElfTable, alignment: Int) -> String? {
        var at = 0
        while notes.count - at >= 12 {
            let nameSize = Int(notes.number(UInt32.self, 0, at: at))
            let size = Int(notes.number(UInt32.self, 0, at: at + 4))
            let kind = notes.number(UInt32.self, 0, at: at + 8)
            let start = at + (12 + nameSize).aligned(to: alignment)
            guard start + size <= notes.count else { return nil }
            let name = notes.bytes[at + 12..<at + 12 + nameSize]
            if kind == 3, name.elementsEqual("GNU\0".utf8), (2...64).contains(size) {
                return notes.bytes[start..<start + size].map(hexadecimal).joined()
            }
            at = (start + size).aligned(to: alignment)
        }
        return nil
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
