import Glibc
public import GraphParser
import TraceFormat

/// Why a layer map cannot be used.
public struct LayerMapError: Error, Equatable, CustomStringConvertible {
    /// As the user gave it.
    public let path: String
    /// From 1.
    public let line: Int
    /// What is wrong with the line, without the remedy, which `description` adds.
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
        /// Its index in `layers`.
        let layer: Int
        /// A glob with at most the wildcards * and ?, as C has it: a trace may have many functions, and the map has many rules.
        let pattern: ContiguousArray<CChar>

        func matches(_ name: UnsafePointer<CChar>) -> Bool {
            pattern.withUnsafeBufferPointer { fnmatch($0.baseAddress!, name, 0) == 0 }
        }
    }

    /// Rules by the first byte of the names that they can match, each list in the order of the map: there are many, and most
    /// begin with letters.
    private struct RuleTable {
        private let lists: [[Rule]]

        init(_ rules: [Rule]) {
            lists = (0...UInt8.max).map { byte in
                rules.filter { rule in
                    let first = UInt8(bitPattern: rule.pattern[0])
                    return first == byte || "*?[\\".utf8.contains(first)
                }
            }
        }

        func layer(of name: String) -> Int? {
            guard let first = name.utf8.first else { return nil }
            return name.withCString { name in lists[Int(first)].first { $0.matches(name) }?.layer }
        }
    }

    /// A pattern as the map's text has it: layers have no numbers until all are known.
    fileprivate struct Line {
        let layer: String
        let pattern: String
        let isModule: Bool
    }

    /// Names of the layers in the order of the map; the last is `other`.
    public let layers: [String]
    private let modules: RuleTable
    private let names: RuleTable

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
        var lines: [Line] = []
        var replaces = false
        try Self.read(text, path: path, into: &lines, replaces: &replaces)
        if let fallback, !replaces {
            try Self.read(fallback, path: "builtin.layers", into: &lines, replaces: &replaces)
        }
        var numbers: [String: Int] = [:]
        for line in lines where line.layer != Self.otherName && numbers[line.layer] == nil {
            numbers[line.layer] = numbers.count
        }
        layers = numbers.sorted { $0.value < $1.value }.map(\.key) + [Self.otherName]
        numbers[Self.otherName] = numbers.count
        func rules(ofModules: Bool) -> RuleTable {
            RuleTable(
                lines.filter { $0.isModule == ofModules }
                    .map { Rule(layer: numbers[$0.layer]!, pattern: $0.pattern.utf8CString) })
        }
        (modules, names) = (rules(ofModules: true), rules(ofModules: false))
    }

    /// What no rule names, or one of the user's names so.
    private static let otherName = "other"

    /// The index in ``layers`` of the function's layer.
    public func layer(of function: Function) -> Int {
        if let module = function.module {
            return modules.layer(of: module) ?? other
        }
        return names.layer(of: function.baseName) ?? other
    }

    private static func read(
        _ text: String, path: String, into lines: inout [Line], replaces: inout Bool
    ) throws(LayerMapError) {
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
            for word in words.dropFirst() {
                guard let line = Line(layer: String(layer), word: word) else {
                    throw LayerMapError(
                        path: path, line: number + 1, problem: "module '\(printable(word.utf8))' is not closed")
                }
                lines.append(line)
            }
        }
    }
}

extension LayerMap.Line {
    /// - Parameter word: a pattern, in brackets if it is one of modules; nil if they are not closed.
    fileprivate init?(layer: String, word: Substring) {
        guard word.hasPrefix("[") else {
            self.init(layer: layer, pattern: String(word), isModule: false)
            return
        }
        guard word.hasSuffix("]"), word.count > 2 else { return nil }
        self.init(layer: layer, pattern: String(word.dropFirst().dropLast()), isModule: true)
    }
}
