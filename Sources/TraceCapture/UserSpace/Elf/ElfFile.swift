/// An ELF file as far as probes need it: which functions it has, where they start in the file, and which build it is.
struct ElfFile {
    let is64Bit: Bool
    let code: ElfCode
    /// In hexadecimal digits; nil if the linker was not told to make one.
    let buildID: String?
    private let headers: ElfHeaders
    private let bytes: ElfBytes

    /// - Parameters:
    ///   - file: a regular file, open for reading.
    ///   - path: for messages.
    /// - Throws: `.elfNotUsable`, `.readFailed`.
    init(_ file: Descriptor, path: String) throws(CaptureError) {
        bytes = try ElfBytes(file, path: path)
        headers = try ElfHeaders(bytes)
        is64Bit = bytes.is64Bit
        code = ElfCode(headers.segments, fileSize: bytes.size)
        buildID = try ElfNotes(headers, in: bytes).buildID
    }

    /// Whether all symbols are there. A stripped file has only those that others may call; none of them either without a
    /// section table.
    var hasSymbolTable: Bool { headers.sections.contains { $0.kind == 2 } }

    /// The functions of both symbol tables, in the order of their addresses.
    ///
    /// - Parameter code: of the file that runs, if this one is its debug file, which has no code of its own.
    /// - Throws: `.elfNotUsable`, `.readFailed`.
    func functions(in code: ElfCode? = nil) throws(CaptureError) -> [ElfFunction] {
        var functions: [ElfFunction] = []
        for kind: UInt32 in [2, 11] {
            guard let section = headers.sections.first(where: { $0.kind == kind }) else { continue }
            functions += try ElfSymbols(section, of: headers, in: bytes).functions(in: code ?? self.code)
        }
        return Set(functions).inOrder
    }
}
