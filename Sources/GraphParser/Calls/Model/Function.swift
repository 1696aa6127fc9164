import TraceFormat

/// A traced function as the kernel names it.
public struct Function: Hashable, Sendable, CustomStringConvertible {
    /// The symbol with its compiler suffix, e.g. `multipath_map.isra.0`.
    public let name: String
    /// The module that ftrace prints in brackets, or in user space the program or library; nil for code built into the kernel.
    public let module: String?

    /// - Parameters:
    ///   - name: as the kernel has it, with the compiler's suffixes.
    ///   - module: nil for what is built into the kernel.
    public init(name: String, module: String?) {
        self.name = name
        self.module = module
    }

    /// As ftrace prints it: `name` or `name [module]`.
    public var description: String { module.map { "\(name) [\($0)]" } ?? name }

    /// Stands for all functions beyond those that are told apart.
    static let furtherOnes = Function(name: "(further functions)", module: nil)

    var byteCount: Int { name.utf8.count + (module?.utf8.count ?? 0) }

    /// The name without what the compiler appended (`.isra.0`, `.constprop.2`, `.part.1`, `.cold`): the name in the source.
    public var baseName: String {
        guard let dot = name.utf8.dropFirst().firstIndex(of: UInt8(ascii: ".")) else { return name }
        return String(name[..<dot])
    }
}

/// A function's number in the ``TraceNames`` of one reading; dense from 0, so that consumers can index arrays with it.
public struct FunctionID: Hashable, Sendable {
    /// The number; 0 is ``unknown``.
    public let index: Int32

    /// - Parameter index: the number; not negative.
    public init(index: Int32) { self.index = index }

    /// Stands for the function of a bare `}` whose entry was not recorded.
    public static let unknown = FunctionID(index: 0)
}

extension Function {
    /// From `name` or `name [module]` as text has it. What would not be seen is escaped: names reach terminals.
    init(text: [UInt8]) {
        if text.last == UInt8(ascii: "]"), let open = text.lastIndex(of: UInt8(ascii: "[")), open > text.startIndex {
            var end = open
            while end > 0, text[end - 1] == UInt8(ascii: " ") { end -= 1 }
            self.init(name: printable(text[..<end]), module: printable(text[(open + 1)...].dropLast()))
        } else {
            self.init(name: printable(text), module: nil)
        }
    }
}
