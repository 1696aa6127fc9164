import Glibc

/// The content of a function list: `set_ftrace_filter`, `set_ftrace_notrace`, `set_graph_function`,
/// `set_graph_notrace`.
///
/// What such a file shows is not what it takes. It shows `name [module]`, and takes a name, an index into
/// `available_filter_functions` (Linux 5.1, filter files only) or `glob:mod:module` (filter files only). Empty files
/// show `#### all functions enabled ####`. Entries for modules to come (`*:mod:dm_multipath`) and triggers
/// (`schedule:traceoff:unlimited`) are lines too; emptying the file removes the former and keeps the latter.
struct FunctionList: Equatable {
    struct Name: Hashable {
        let name: String
        let module: String?
    }

    /// The functions, in the kernel's order. A name stands here as often as the file shows it.
    let functions: [Name]
    /// Entries for modules that are not loaded, as shown and as written.
    let pending: [String]
    /// `function:command:count`.
    let triggers: [String]

    init(text: String) {
        var functions: [Name] = []
        var pending: [String] = []
        var triggers: [String] = []
        for line in text.lines where !line.hasPrefix("#") {
            let fields = line.split(separator: " ")
            guard let name = fields.first else { continue }
            if line.contains(":mod:") {
                pending.append(line.trimmed)
            } else if name.contains(":") {
                triggers.append(line.trimmed)
            } else {
                let module = fields.dropFirst().first { $0.hasPrefix("[") }
                functions.append(Name(name: String(name), module: module.map { String($0.dropFirst().dropLast()) }))
            }
        }
        self.functions = functions
        self.pending = pending
        self.triggers = triggers
    }

    /// The lines that make `set_graph_function` or `set_graph_notrace` show this list again.
    ///
    /// These files take names only, and a name stands for every function that has it.
    var graphLines: [String] {
        var seen: Set<String> = []
        return functions.map(\.name).filter { seen.insert($0).inserted }
    }

    /// The lines that make a filter file show this list again, as indices.
    ///
    /// Where one module has several functions of a name and the list shows fewer, nobody can tell which: the first
    /// ones are taken, so that the file reads as before. Functions that are gone with their module are left out.
    func filterLines(in available: AvailableFunctions) -> [String] {
        var wanted: [Name: Int] = [:]
        for function in functions { wanted[function, default: 0] += 1 }
        var lines: [String] = []
        for position in 0..<(wanted.isEmpty ? 0 : available.count) {
            let function = available[position]
            let name = Name(name: function.name, module: function.module)
            guard let left = wanted[name], left > 0 else { continue }
            wanted[name] = left - 1
            lines.append(String(function.index))
        }
        return lines + pending
    }

    /// The same for kernels that do not take indices.
    var filterLinesByName: [String] {
        var seen: Set<Name> = []
        return functions.filter { seen.insert($0).inserted }
            .map { function in function.module.map { "\(function.name):mod:\($0)" } ?? function.name } + pending
    }
}

extension TracingFiles {
    /// Fills a filter file by index, and by name where the kernel does not know indices.
    ///
    /// Entries for modules to come may be refused (before Linux 4.13) without harm. The first index that is tells: a kernel
    /// that knows none compares each with all of its functions first, some 20 ms long.
    func writeFilter(_ file: String, indices: [String], names: () -> [String]) throws(CaptureError) {
        let isIndex = { (entry: String) in Int(entry) != nil }
        let refused = try writeList(file, indices, stopAtRefusal: isIndex)
        guard refused.contains(where: { isIndex($0.entry) }) else { return }
        // Patterns that match nothing on this kernel are refused one by one; nothing at all taken is a failure.
        let names = names()
        let refusedNames = try writeList(file, names)
        if let first = refusedNames.first, refusedNames.count == names.count {
            throw CaptureError(.writeFailed(value: first.entry), path: path(file), errno: first.errno)
        }
    }

    /// Fills a list that takes names only; each must be taken.
    func writeNames(_ file: String, _ names: [String]) throws(CaptureError) {
        if let first = try writeList(file, names).first {
            throw CaptureError(.writeFailed(value: first.entry), path: path(file), errno: first.errno)
        }
    }
}
