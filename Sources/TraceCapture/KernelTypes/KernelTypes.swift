import TraceFormat

/// The types of the kernel and its modules, as the running kernel hands them out.
///
/// Files are read when they are asked for, and then kept: vmlinux' has some megabytes. For one thread at a time.
final class KernelTypes {
    static let directory = "/sys/kernel/btf"

    private let directory: String
    /// By module; nil for what cannot be read.
    private var files: [String: BTFFile?] = [:]
    private var found: [Name: [any StructureType]] = [:]

    private struct Name: Hashable {
        let name: String
        let module: String?
    }

    /// - Parameter directory: with a file `vmlinux`, and one for each module.
    init(directory: String = KernelTypes.directory) { self.directory = directory }

    /// The types of vmlinux.
    ///
    /// - Throws: `.noTypes`, `.btfNotUsable`.
    func kernel() throws(FieldError) -> BTFFile {
        if let kept = files["vmlinux"], let kept { return kept }
        let path = "\(directory)/vmlinux"
        guard let bytes = try? readWholeFile(path, atMost: BTFFile.maxSize) else {
            throw FieldError(.noTypes, in: path)
        }
        let file = try BTFFile(bytes, path: path)
        files["vmlinux"] = file
        return file
    }

    /// The types of a module; nil if there are none: it is built in, not loaded, or was built without, or they cannot be read.
    private func module(_ name: String) -> BTFFile? {
        if let kept = files[name] { return kept }
        let path = "\(directory)/\(name)"
        let isName = !name.isEmpty && name.utf8.allSatisfy { $0 != UInt8(ascii: "/") } && name != "." && name != ".."
        var file: BTFFile?
        if isName, let base = try? kernel(), let bytes = try? readWholeFile(path, atMost: BTFFile.maxSize) {
            file = try? BTFFile(bytes, path: path, base: base)
        }
        files[name] = .some(file)
        return file
    }

    private var otherModules: [String] { (directoryNames(directory) ?? []).filter { $0 != "vmlinux" } }

    /// The files to look into, in groups: what a former one has hides what later ones have.
    private func groups(_ module: String?) throws(FieldError) -> [() -> [BTFFile]] {
        let kernel = try kernel()
        return [
            { module.flatMap { self.module($0) }.map { [$0] } ?? [] }, { [kernel] },
            { self.otherModules.compactMap { self.module($0) } },
        ]
    }

    /// The types of these kinds and this name: those of the module, else of vmlinux, else of all other modules.
    private func types(
        named name: String, of kinds: Set<BTFType.Kind>, module: String?
    ) throws(FieldError) -> [BTFReference] {
        for files in try groups(module) {
            let found = files().flatMap { file in
                file.types(named: name, of: kinds).map { BTFReference(file: file, id: $0) }
            }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// The structures of a name, and those that have it by a typedef.
    ///
    /// - Parameter module: whose structures count first.
    /// - Returns: none if no file has one.
    /// - Throws: `.noTypes`, `.btfNotUsable`.
    func structures(named name: String, module: String?) throws(FieldError) -> [any StructureType] {
        let key = Name(name: name, module: module)
        if let kept = found[key] { return kept }
        var references = try types(named: name, of: [.structure, .union], module: module)
        if references.isEmpty { references = try types(named: name, of: [.typedef], module: module) }
        let structures = references.compactMap { reference -> (any StructureType)? in
            guard case .structure(let structure)? = try? reference.type() else { return nil }
            return structure
        }
        found[key] = structures
        return structures
    }

    /// The parameters of the functions of a name, in their order: names and types.
    ///
    /// - Throws: `.noTypes`, `.btfNotUsable`.
    func parameters(
        of function: String, module: String?
    ) throws(FieldError) -> [[(name: String, type: BTFReference)]] {
        try types(named: function, of: [.function], module: module).compactMap { reference in
            let file = reference.file
            guard let function = file.type(reference.id), let prototype = file.type(function.target),
                prototype.kind == .functionPrototype
            else { return nil }
            return (0..<prototype.count).map { position in
                let parameter = prototype.parameter(position)
                return (file.name(parameter.nameOffset), BTFReference(file: file, id: parameter.type))
            }
        }
    }

    /// The names of structures or functions, for hints; of the files that were read so far.
    func names(of kinds: Set<BTFType.Kind>) -> [String] {
        files.values.compactMap { $0 }.flatMap { $0.names(of: kinds) }
    }
}
