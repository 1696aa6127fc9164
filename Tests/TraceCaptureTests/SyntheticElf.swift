@testable import TraceCapture

/// An ELF file of a test's own, of either width and byte order: code, a note, and symbol tables.
struct SyntheticElf {
    struct Symbol {
        var name: String
        var address: UInt64
        var size: UInt64 = 16
        /// The type of functions.
        var type: UInt8 = 2
        var section: UInt16 = 1
    }

    /// What the code's segment has: its address, and 512 bytes of the file.
    static let codeAddress: UInt64 = 0x40_1000
    static let codeOffset = 512
    static let codeSize = 512

    var is64Bit = true
    var isBigEndian = false
    var symbols: [Symbol]? = []
    var dynamicSymbols: [Symbol]? = nil
    var buildID: [UInt8]? = [0xab, 0xcd, 0x00, 0x12]
    var hasSections = true

    /// The file, and where its parts are, for those who damage them.
    func image() -> (bytes: [UInt8], sectionTable: Int, symbolTable: Int) {
        var layout = ElfLayout(elf: self)
        layout.layOut()
        return (layout.bytes, layout.sectionTable, layout.symbolTable)
    }

    /// The file, open for reading.
    func file() -> Descriptor { openFile(image().bytes) }
}

/// Lays out the parts of a file one behind the other.
private struct ElfLayout {
    let elf: SyntheticElf
    var bytes = [UInt8](repeating: 0, count: SyntheticElf.codeOffset + SyntheticElf.codeSize)
    var sectionTable = 0
    var symbolTable = 0

    private var long: Int { elf.is64Bit ? 8 : 4 }

    mutating func layOut() {
        let (code, codeSize) = (UInt64(SyntheticElf.codeOffset), UInt64(SyntheticElf.codeSize))
        let note = bytes.count
        appendNote()
        let noteSize = UInt64(bytes.count - note)
        var sections: [[UInt64]] = [[0, 0, 0, 0, 0, 0], [1, code, codeSize, 0, 1, 0]]
        if elf.buildID != nil { sections.append([7, UInt64(note), noteSize, 0, 4, 0]) }
        for (kind, table) in [(UInt64(11), elf.dynamicSymbols), (2, elf.symbols)] {
            if let table { sections += append(table, kind: kind, link: UInt64(sections.count + 1)) }
        }
        let segments: [[UInt64]] = [
            [1, 5, code, SyntheticElf.codeAddress, codeSize, 4096], [1, 6, 0, 0x40_3000, code, 4096],
            [4, 4, UInt64(note), 0, noteSize, 4],
        ]
        sectionTable = bytes.count
        if elf.hasSections { for section in sections { appendSection(section) } }
        putHeader(segments, sectionCount: elf.hasSections ? sections.count : 0)
    }

    private mutating func appendNote() {
        guard let buildID = elf.buildID else { return }
        bytes += number(4, 4) + number(UInt64(buildID.count), 4) + number(3, 4) + Array("GNU\0".utf8) + buildID
    }

    private mutating func append(_ table: [SyntheticElf.Symbol], kind: UInt64, link: UInt64) -> [[UInt64]] {
        var names: [UInt8] = [0]
        let entrySize = elf.is64Bit ? 24 : 16
        let start = bytes.count
        if kind == 2 { symbolTable = start }
        bytes += [UInt8](repeating: 0, count: entrySize)
        for symbol in table {
            let name = number(UInt64(names.count), 4)
            let value = number(symbol.address, long)
            let size = number(symbol.size, long)
            let rest = [symbol.type | 0x10, 0] + number(UInt64(symbol.section), 2)
            bytes += elf.is64Bit ? name + rest + value + size : name + value + size + rest
            names += Array(symbol.name.utf8) + [0]
        }
        let end = bytes.count
        bytes += names
        return [
            [kind, UInt64(start), UInt64(end - start), link, 8, UInt64(entrySize)],
            [3, UInt64(end), UInt64(names.count), 0, 1, 0],
        ]
    }

    /// kind, file offset, size, link, alignment, entry size.
    private mutating func appendSection(_ fields: [UInt64]) {
        bytes += number(0, 4) + number(fields[0], 4) + number(0, long) + number(0, long) + number(fields[1], long)
        bytes += number(fields[2], long) + number(fields[3], 4) + number(0, 4) + number(fields[4], long)
        bytes += number(fields[5], long)
    }

    /// - Parameter segments: kind, flags, file offset, address, size, alignment.
    private mutating func putHeader(_ segments: [[UInt64]], sectionCount: Int) {
        var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, elf.is64Bit ? 2 : 1, elf.isBigEndian ? 2 : 1, 1]
        header += [UInt8](repeating: 0, count: 9)
        header += number(3, 2) + number(62, 2) + number(1, 4) + number(0, long)
        header +=
            number(elf.is64Bit ? 64 : 52, long) + number(elf.hasSections ? UInt64(sectionTable) : 0, long)
            + number(0, 4)
        header +=
            number(elf.is64Bit ? 64 : 52, 2) + number(elf.is64Bit ? 56 : 32, 2) + number(UInt64(segments.count), 2)
        header += number(elf.is64Bit ? 64 : 40, 2) + number(UInt64(sectionCount), 2) + number(0, 2)
        for fields in segments {
            let flags = number(fields[1], 4)
            header +=
                number(fields[0], 4) + (elf.is64Bit ? flags : []) + number(fields[2], long) + number(fields[3], long)
            header += number(fields[3], long) + number(fields[4], long) + number(fields[4], long)
            header += (elf.is64Bit ? [] : flags) + number(fields[5], long)
        }
        bytes.replaceSubrange(..<header.count, with: header)
    }

    private func number(_ value: UInt64, _ size: Int) -> [UInt8] {
        let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        return elf.isBigEndian ? little.reversed() : little
    }
}

/// A file without a name that holds the bytes.
func openFile(_ bytes: [UInt8]) -> Descriptor {
    guard let file = try? Descriptor.unnamedFile(in: Descriptor(directory: "/tmp")),
        bytes.withUnsafeBytes({ writeAll($0, to: file.number) }) == 0
    else { fatalError("cannot make a file") }
    return file
}
