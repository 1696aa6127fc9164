import Glibc
package import GraphParser

/// Functions as somebody asks for them: by any of their names, also as reports print them, or by globs with * and ?.
package struct FunctionPatterns {
    /// As they were asked for.
    package let patterns: [String]
    /// Those that some function of the trace has matched.
    package private(set) var found: Set<String> = []
    /// By the number of a function: whether it matches; nil until it was asked.
    private var known: [Bool?] = []

    /// Without any, nothing matches.
    package init(_ patterns: [String]) { self.patterns = patterns }

    /// Those that nothing has matched, sorted.
    package var missing: [String] { Set(patterns).subtracting(found).sorted() }

    /// Whether the function is one of those that were asked for.
    package mutating func match(_ id: FunctionID, _ names: TraceNames) -> Bool {
        let index = Int(id.index)
        if index < known.count, let answer = known[index] { return answer }
        while known.count <= index { known.append(nil) }
        let function = names[id]
        let own = [function.name, function.baseName, function.description]
        let matching = patterns.filter { pattern in own.contains { isGlob(pattern, matching: $0) } }
        found.formUnion(matching)
        known[index] = !matching.isEmpty
        return !matching.isEmpty
    }
}

/// Whether a name is the pattern, or what it stands for with * and ?. Brackets are a module's, and mean themselves.
func isGlob(_ pattern: String, matching name: String) -> Bool {
    if pattern == name { return true }
    guard pattern.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) else { return false }
    let literal = pattern.replacing("\\", with: "\\\\").replacing("[", with: "\\[")
    return fnmatch(literal, name, 0) == 0
}
