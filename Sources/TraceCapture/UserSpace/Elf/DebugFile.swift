/// The functions of a stripped file, from the separate file with its symbols.
struct DebugFile {
    let functions: [ElfFunction]
    /// Where it is, as seen from the root that it was found in.
    let path: String

    /// Looks for it where packages put it, in each of the roots in turn: the process may run in a container, and its symbols be
    /// installed there or here. It must be of the same build; one that cannot be read is none.
    ///
    /// - Parameters:
    ///   - buildID: hexadecimal digits, of two bytes or more.
    ///   - code: of the stripped file. A debug file has none.
    ///   - roots: directories that stand for `/`. Links in them do not lead out.
    init?(buildID: String, code: ElfCode, roots: [String]) {
        path = "/usr/lib/debug/.build-id/\(buildID.prefix(2))/\(buildID.dropFirst(2)).debug"
        for root in roots {
            guard let file = openFile(path, inRoot: root), let elf = try? ElfFile(file, path: path),
                elf.buildID == buildID, elf.hasSymbolTable, let functions = try? elf.functions(in: code)
            else { continue }
            self.functions = functions
            return
        }
        return nil
    }
}
