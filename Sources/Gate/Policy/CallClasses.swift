import Glibc

/// Functions by what they do that a fast path must not: `lock`, `allocation`, `sleep`, and whatever a policy adds.
public struct CallClasses: Equatable, Sendable {
    /// Patterns by class, in the order of the file.
    private(set) var patterns: [String: [String]] = [:]

    /// What a policy has added.
    private var added: [String: [String]] = [:]

    /// Those that dmflow brings.
    public static let builtin = CallClasses(text: PackageResources.builtin_classes)

    private init(text bytes: [UInt8]) {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.first != "#" {
            let words = line.split(separator: " ").map(String.init)
            guard let name = words.first else { continue }
            patterns[name, default: []] += words.dropFirst()
        }
    }

    /// Adds functions to a class, which may be a new one.
    mutating func add(_ name: String, _ functions: [String]) {
        patterns[name, default: []] += functions
        added[name, default: []] += functions
    }

    /// What of a class must have been recorded for it to be missed: of those that dmflow brings the first function, which is what the
    /// class is about, since no kernel has all; and all that a policy adds. nil if there is no such class.
    func essential(_ name: String) -> [String]? {
        patterns[name].map { all in (CallClasses.builtin.patterns[name] == nil ? [] : [all[0]]) + (added[name] ?? []) }
    }

    /// The names of all classes.
    public var names: [String] { patterns.keys.sorted() }

    /// Whether a function is of a class.
    func has(_ function: String, in name: String) -> Bool {
        patterns[name]?.contains { Glob.matches(function, $0) } ?? false
    }

    /// The first class that a function is of, in the order of their names; nil for none.
    func name(of function: String) -> String? { names.first { has(function, in: $0) } }
}

/// Names with `*` and `?`, as in a shell.
enum Glob {
    static func matches(_ name: String, _ pattern: String) -> Bool {
        name == pattern || pattern == "*" || isPattern(pattern) && fnmatch(pattern, name, 0) == 0
    }

    static func isPattern(_ text: String) -> Bool { text.utf8.contains { [0x2a, 0x3f, 0x5b].contains($0) } }
}
