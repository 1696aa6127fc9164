import Glibc
import TraceFormat

/// What this kernel can trace: the content of `available_filter_functions`.
///
/// A kernel lists 50,000 to 100,000 functions, so the text is kept as it was read and a function is a few numbers.
struct AvailableFunctions {
    /// A line of the list. Its place, counted from 1, is what the filter files take as an index (Linux 5.1).
    struct Function: Equatable, Sendable, CompiledFunction {
        let index: Int
        let name: String
        /// Nil for what is built into the kernel.
        let module: String?
    }

    private struct Entry {
        let nameStart: Int32
        let nameEnd: Int32
        /// Into `modules`; −1 for built-in code.
        let module: Int32
    }

    private let text: [UInt8]
    private let entries: [Entry]
    private let modules: [String]

    init(_ files: some TracingFiles) throws(CaptureError) {
        self.init(text: try files.readBytes("available_filter_functions"))
    }

    /// Reads lines of the form `name`, `name [module]` or, from `available_filter_functions_addrs`, either with the
    /// address before it. Lines that are no function (`__ftrace_invalid_address___64`) keep their place in the count.
    init(text: [UInt8]) {
        var entries: [Entry] = []
        entries.reserveCapacity(text.count / 24)
        var modules: [String] = []
        var numbers: [String: Int32] = [:]
        var lineStart = 0
        while lineStart < text.count {
            let lineEnd = text[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            let fields = Self.fields(of: text[lineStart..<lineEnd])
            var module: Int32 = -1
            if let field = fields.module {
                let name = String(decoding: text[field], as: UTF8.self)
                module = numbers[name] ?? Int32(modules.count)
                if numbers.updateValue(module, forKey: name) == nil { modules.append(name) }
            }
            entries.append(
                Entry(
                    nameStart: Int32(fields.name.lowerBound), nameEnd: Int32(fields.name.upperBound), module: module))
            lineStart = lineEnd + 1
        }
        self.text = text
        self.entries = entries
        self.modules = modules
    }

    private static func fields(of line: ArraySlice<UInt8>) -> (name: Range<Int>, module: Range<Int>?) {
        let blank = UInt8(ascii: " ")
        var fields = line.split(whereSeparator: { $0 == blank || $0 == UInt8(ascii: "\t") })
        let isModule = { (field: ArraySlice<UInt8>) in field.first == UInt8(ascii: "[") && field.count > 2 }
        if fields.count > 1, !isModule(fields[1]) { fields.removeFirst() }
        guard let name = fields.first else { return (line.startIndex..<line.startIndex, nil) }
        guard fields.count > 1, isModule(fields[1]) else { return (name.indices, nil) }
        return (name.indices, fields[1].startIndex + 1..<fields[1].endIndex - 1)
    }

    var count: Int { entries.count }

    /// The modules that have functions here, and so are loaded.
    var loadedModules: Set<String> { Set(modules) }

    subscript(position: Int) -> Function {
        let entry = entries[position]
        let module = entry.module < 0 ? nil : modules[Int(entry.module)]
        return Function(index: position + 1, name: name(at: position), module: module)
    }

    private func name(at position: Int) -> String {
        String(decoding: bytes(at: position), as: UTF8.self)
    }

    private func bytes(at position: Int) -> ArraySlice<UInt8> {
        text[Int(entries[position].nameStart)..<Int(entries[position].nameEnd)]
    }

    /// The functions of the scope: those of its modules that are loaded, and built-in ones that its patterns match.
    ///
    /// Patterns are held against built-in code only: `dm_*` is also how a graphics driver names its functions.
    func functions(in scope: TraceScope) -> [Function] {
        let wanted = modules.map { scope.modules.contains($0) }
        let patterns = PatternTable(scope.builtinPatterns)
        return entries.indices.lazy
            .filter { position in
                let module = entries[position].module
                return module < 0 ? patterns.matches(bytes(at: position)) : wanted[Int(module)]
            }
            .map { self[$0] }
    }

    /// The functions with exactly this name; several when modules share it.
    func functions(named name: String) -> [Function] {
        let wanted = Array(name.utf8)
        return entries.indices.lazy.filter { bytes(at: $0).elementsEqual(wanted) }.map { self[$0] }
    }

    /// The places where a source function starts on this kernel: under its own name, and as what the compiler made of it.
    ///
    /// - Parameter source: or a pattern with * and ?, for the functions of these names as the kernel lists them.
    func entryPoints(of source: String) -> [Function] {
        if source.contains(where: { $0 == "*" || $0 == "?" }) { return functions(matching: source) }
        let prefix = Array(source.utf8)
        let forms = entries.indices.lazy
            .filter { position in
                let name = bytes(at: position)
                guard name.starts(with: prefix) else { return false }
                return name.count == prefix.count || name[name.startIndex + prefix.count] == UInt8(ascii: ".")
            }
            .map { self[$0] }
        return Array(forms).entryPoints
    }

    /// The same, if one of them is in the module or, where that is not loaded, built in: other code may have a function of the
    /// name, such as a `do_suspend`. All of the name count then, since the kernel begins trees by name.
    func entryPoints(of source: String, module: String?) -> [Function] {
        let found = entryPoints(of: source)
        guard let module else { return found }
        let place = modules.contains(module) ? module : nil
        return found.contains { $0.module == place } ? found : []
    }

    private func functions(matching pattern: String) -> [Function] {
        // Most names fail on the pattern's beginning, before a C string is made.
        let beginning = Array(pattern.utf8.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") })
        return entries.indices.lazy.filter { bytes(at: $0).starts(with: beginning) }.map { self[$0] }
            .filter { fnmatch(pattern, $0.name, 0) == 0 && !$0.name.contains(".cold") && !$0.name.contains(".part.") }
    }

    /// Names that a misspelt one may have meant, the closest first.
    func namesSimilar(to name: String) -> [String] {
        nearestNames(to: name, among: entries.indices.lazy.map { self.name(at: $0) })
    }
}
