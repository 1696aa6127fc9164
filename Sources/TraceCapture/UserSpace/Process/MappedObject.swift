import Glibc

/// A mapped file and its functions, as far as they are visible.
struct MappedObject: Sendable {
    /// Which of the functions are visible.
    enum Visibility: Equatable, Sendable {
        case all
        /// All, from a separate file.
        case debugFile(String)
        /// Only those that other files may call: it is stripped.
        case exportedOnly
        case unreadable(CaptureError)
    }

    let file: MappedFile
    let is64Bit: Bool
    /// In hexadecimal digits; nil if it has none.
    let buildID: String?
    /// In the order of their addresses.
    let functions: [ElfFunction]
    let visibility: Visibility

    /// Reads the symbols of a file that the process has mapped, or of its debug file.
    init(_ file: MappedFile, of process: UserProcess) {
        self.init(file, debugRoots: ["\(process.proc)/\(process.pid)/root", "/"])
    }

    /// - Parameter debugRoots: the directories that stand for `/` where a debug file is looked for.
    init(_ file: MappedFile, debugRoots: [String]) {
        var (is64Bit, buildID, functions): (Bool, String?, [ElfFunction]) = (false, nil, [])
        var visibility = Visibility.all
        do throws(CaptureError) {
            let elf = try Self.open(file)
            (is64Bit, buildID, functions) = (elf.is64Bit, elf.buildID, try elf.functions())
            if !elf.hasSymbolTable {
                let debug = buildID.flatMap { DebugFile(buildID: $0, code: elf.code, roots: debugRoots) }
                visibility = debug.map { .debugFile($0.path) } ?? .exportedOnly
                functions = Set(functions + (debug?.functions ?? [])).inOrder
            }
        } catch {
            visibility = .unreadable(error)
        }
        (self.file, self.is64Bit, self.buildID) = (file, is64Bit, buildID)
        (self.functions, self.visibility) = (functions, visibility)
    }

    private static func open(_ file: MappedFile) throws(CaptureError) -> ElfFile {
        guard let number = retrying({ Glibc.open(file.openPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }) else {
            throw CaptureError(.readFailed, path: file.openPath, errno: errno)
        }
        return try ElfFile(Descriptor(number), path: file.openPath)
    }

    /// Where a source function starts: under its own name, and as what the compiler made of it. A versioned function of a library
    /// may start in several places.
    func entryPoints(of source: String) -> [ElfFunction] {
        let prefix = "\(source)."
        return functions.filter { $0.name == source || $0.name.hasPrefix(prefix) }.entryPoints
    }
}

extension MappedObject: CustomStringConvertible {
    /// What can be traced of it, in one line.
    var description: String {
        switch visibility {
        case .all: return "\(file.name): all \(functions.count) functions are visible"
        case .debugFile(let path): return "\(file.name): all \(functions.count) functions are visible, by \(path)"
        case .exportedOnly:
            let symbols = buildID.map { "its debug symbols (build-id \($0))" } ?? "a build that is not stripped"
            return "\(file.name) is stripped: \(functions.count) exported functions are visible of it; "
                + "install \(symbols) for all"
        case .unreadable(let error): return "\(file.name): \(error)"
        }
    }
}
