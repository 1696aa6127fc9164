import Glibc

/// Patterns of names with the layers that they stand for; of several that match a name the first one counts.
///
/// Globs with at most the wildcards * and ?, as C has them. The map has many, and a short trace asks for few names: so nothing is
/// made ready but a list for each first byte that a name can have, and all patterns lie in one piece of memory.
struct LayerRules: Sendable {
    private struct Rule {
        /// Where its pattern begins in `patterns`.
        let pattern: Int32
        /// nil for what the map itself says to be in no layer.
        let layer: Int32?
    }

    /// All of them, each with a zero behind it.
    private var patterns: [CChar] = []
    private var rules: [Rule] = []
    /// The rules, in their order, by the first byte of the names that they can match.
    private var lists = [[Int32]](repeating: [], count: 256)
    /// Those that begin with a wildcard and can match any name.
    private var unbound: [Int32] = []

    /// Appends a rule, which counts for what none before it matches.
    ///
    /// - Parameters:
    ///   - pattern: not empty.
    ///   - layer: its number; nil for what is in no layer.
    mutating func add(_ pattern: Span<UInt8>, layer: Int?) {
        let number = Int32(rules.count)
        rules.append(Rule(pattern: Int32(patterns.count), layer: layer.map(Int32.init)))
        switch pattern[0] {
        case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"): unbound.append(number)
        default: lists[Int(pattern[0])].append(number)
        }
        for index in 0..<pattern.count { patterns.append(CChar(bitPattern: pattern[index])) }
        patterns.append(0)
    }

    /// The number of the layer that the first matching rule names; nil if none matches, or that one names no layer.
    func layer(of name: String) -> Int? {
        name.withCString { name in
            guard name.pointee != 0 else { return nil }
            let bound = first(of: lists[Int(UInt8(bitPattern: name.pointee))], before: .max, matching: name)
            let rule = first(of: unbound, before: bound ?? .max, matching: name) ?? bound
            return rule.flatMap { rules[Int($0)].layer }.map(Int.init)
        }
    }

    private func first(of list: [Int32], before end: Int32, matching name: UnsafePointer<CChar>) -> Int32? {
        patterns.withUnsafeBufferPointer { patterns in
            for number in list where number < end {
                if fnmatch(patterns.baseAddress! + Int(rules[Int(number)].pattern), name, 0) == 0 { return number }
            }
            return nil
        }
    }
}
