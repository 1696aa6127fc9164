/// A function as the compiler and the linker left it, in the kernel or in a program.
protocol CompiledFunction {
    /// The name in the source, or that and what the compiler appended behind a dot.
    var name: String { get }
}

extension Array where Element: CompiledFunction {
    /// Those of the forms of one source function where it starts.
    ///
    /// Besides the function itself these are what the compiler made of it (`.isra.0`, `.constprop.3`). `.part.N` is the remainder
    /// of a function whose beginning was inlined: it stands in only where nothing else does. `.cold` holds the unlikely blocks of
    /// a function that is listed itself, and is no entry at all.
    var entryPoints: [Element] {
        let entries = filter { !$0.name.contains(".cold") }
        let whole = entries.filter { !$0.name.contains(".part.") }
        return whole.isEmpty ? entries : whole
    }
}
