import Glibc
public import GraphParser
import TraceFormat

/// Why a layer map cannot be used.
public struct LayerMapError: Error, Equatable, CustomStringConvertible {
    /// As the user gave it.
    public let path: String
    /// From 1.
    public let line: Int
    public let problem: String

    public var description: String {
        printable(
            "\(path):\(line): \(problem); write `LAYER [module] name …`, names with * and ? as in a shell")
    }
}

/// Tells the layer of a function: by its module first, by its name where the code is built into the kernel.
///
/// The map is a text of lines `LAYER [module] name …`; the built-in one, `builtin.layers`, explains the form.
public struct LayerMap: Sendable {
    private struct Rule {
        let layer: Int
        /// A glob with at most the wildcards * and ?, as C has it: a trace may have many functions, and the map has many rules.
        let pattern: ContiguousArray<CChar>

        init(layer: Int, pattern: some StringProtocol) {
            self.layer = layer
            self.pattern = String(pattern).utf8CString
        }

        func matches(_ name: UnsafePointer<CChar>) -> Bool {
            pattern.withUnsafeBufferPointer { fnmatch($0.baseAddress!, name, 0) == 0 }
        }
    }

    /// Names of the layers in the order of the map; the last is `other`.
    public private(set) var layers: [String] = []
    private var modules: [Rule] = []
    private var names: [Rule] = []

    /// The index of the layer for what no rule names.
    public var other: Int { layers.count - 1 }

    /// The map that dmflow brings.
    public static let builtin = try! LayerMap(text: builtinText, path: "builtin.layers", fallback: nil)

    private static var builtinText: String { String(decoding: PackageResources.builtin_layers, as: UTF8.self) }

    /// A user's map in front of the built-in one; a line `only` leaves the built-in one out.
    public init(text: String, path: String) throws(LayerMapError) {
        try self.init(text: text, path: path, fallback: Self.builtinText)
    }

    private init(text: String, path: String, fallback: String?) throws(LayerMapError) {
        var replaces = false
        try add(text, path: path, replaces: &replaces)
        if let fallback, !replaces { try add(fallback, path: "builtin.layers", replaces: &replaces) }
        layers.removeAll { $0 == "other" }
        layers.append("other")
    }

    /// The index in ``layers`` of the function's layer.
    public func layer(of function: Function) -> Int {
        if let module = function.module {
            return module.withCString { module in modules.first { $0.matches(module) }?.layer } ?? other
        }
        return function.baseName.withCString { name in names.first { $0.matches(name) }?.layer } ?? other
    }

    private mutating func add(_ text: String, path: String, replaces: inout Bool) throws(LayerMapError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let layer = words.first else { continue }
            if words.count == 1, layer == "only" {
                replaces = true
                continue
            }
            guard words.count > 1 else {
                throw LayerMapError(
                    path: path, line: number + 1, problem: "layer '\(layer)' without patterns")
            }
            guard layer.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) else {
                throw LayerMapError(
                    path: path, line: number + 1, problem: "'\(layer)' is no name for a layer")
            }
            for word in words.dropFirst() { try add(word, to: String(layer), path: path, line: number + 1) }
        }
    }

    private mutating func add(_ word: Substring, to layer: String, path: String, line: Int) throws(LayerMapError) {
        let index = layers.firstIndex(of: layer) ?? layers.count
        if index == layers.count { layers.append(layer) }
        guard word.hasPrefix("[") else { return names.append(Rule(layer: index, pattern: word)) }
        guard word.hasSuffix("]"), word.count > 2 else {
            throw LayerMapError(path: path, line: line, problem: "module '\(word)' is not closed")
        }
        modules.append(Rule(layer: index, pattern: word.dropFirst().dropLast()))
    }
}
