import Glibc

/// A function of an ELF file.
struct ElfFunction: Hashable, Sendable, CompiledFunction {
    /// As the linker has it, without the version that may follow behind an @.
    let name: String
    /// Bytes from the beginning of the file.
    let fileOffset: UInt64
    /// As linked, before the file is loaded anywhere.
    let address: UInt64
    /// Bytes; 0 if the file does not say.
    let size: UInt64
}

extension Set<ElfFunction> {
    /// In the order of their addresses, then names.
    var inOrder: [ElfFunction] { sorted { ($0.address, $0.name, $0.size) < ($1.address, $1.name, $1.size) } }
}

/// A symbol table and the names of its symbols.
struct ElfSymbols {
    /// The most symbols that a table may have.
    static let maxSymbols: UInt64 = 1 << 20

    private let symbols: ElfTable
    private let names: ElfTable
    private let path: String

    /// - Throws: `.elfNotUsable`, `.readFailed`.
    init(_ section: ElfHeaders.Section, of headers: ElfHeaders, in file: ElfBytes) throws(CaptureError) {
        let entrySize: UInt64 = file.is64Bit ? 24 : 16
        guard section.entrySize == entrySize else {
            throw CaptureError(.elfNotUsable("its symbols have another size"), path: file.path)
        }
        let count = section.size / entrySize
        guard count <= Self.maxSymbols else {
            throw CaptureError(.elfNotUsable("it has more than \(Self.maxSymbols) symbols"), path: file.path)
        }
        guard section.link < headers.sections.count, case let strings = headers.sections[Int(section.link)],
            strings.kind == 3
        else {
            throw CaptureError(.elfNotUsable("its symbols have no names"), path: file.path)
        }
        symbols = try file.table(
            "its symbol table", at: section.fileOffset, count: count, entrySize: entrySize, least: entrySize)
        names = try file.table(
            "its table of names", at: strings.fileOffset, count: strings.size, entrySize: 1, least: 1)
        path = file.path
    }

    /// The functions that are defined in the file, and where they start in it. Several may have one address.
    ///
    /// A function that is chosen at load time is none: its address is that of the code that chooses.
    ///
    /// - Parameter code: of the file that runs, where the symbols are from a debug file.
    /// - Throws: `.elfNotUsable` if the names, which may share their bytes, are longer than any table.
    func functions(in code: ElfCode) throws(CaptureError) -> [ElfFunction] {
        var functions: [ElfFunction] = []
        var length: UInt64 = 0
        for entry in 0..<symbols.count where isFunction(entry) {
            let address = symbols.long(entry, 8, 4)
            guard let fileOffset = code.fileOffset(of: address), let bytes = nameBytes(entry) else { continue }
            length += UInt64(bytes.count)
            if length > ElfBytes.maxTable {
                throw CaptureError(.elfNotUsable("the names of its functions are too long"), path: path)
            }
            guard let name = Self.name(bytes) else { continue }
            functions.append(
                ElfFunction(name: name, fileOffset: fileOffset, address: address, size: symbols.long(entry, 16, 8)))
        }
        return functions
    }

    /// Whether it has the type of functions, and is in a section: neither undefined nor one of the reserved numbers, but for the one that says
    /// that the number is elsewhere.
    private func isFunction(_ entry: Int) -> Bool {
        let type = symbols.number(UInt8.self, entry, at: symbols.is64Bit ? 4 : 12) & 0xf
        let section = symbols.half(entry, 6, 14)
        return type == 2 && section != 0 && (section < 0xff00 || section == 0xffff)
    }

    /// The name with its version; nil if it does not end in the table.
    private func nameBytes(_ entry: Int) -> ArraySlice<UInt8>? {
        let start = Int(symbols.word(entry, 0, 0))
        guard start < names.count else { return nil }
        return names.bytes.withUnsafeBytes { buffer in
            let name = buffer.baseAddress! + start
            guard let end = memchr(name, 0, buffer.count - start) else { return nil }
            return names.bytes[start..<start + (UnsafeRawPointer(end) - name)]
        }
    }

    /// Nil for a name that no compiler makes: empty, or with white space or control bytes, which must not reach a terminal.
    private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
        let name = bytes.prefix { $0 != UInt8(ascii: "@") }
        return name.isEmpty ? nil : String(validating: name, as: UTF8.self)
    }
}
