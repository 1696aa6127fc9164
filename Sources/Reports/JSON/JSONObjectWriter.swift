import FoundationEssentials
import TraceFormat

/// Writes an object key by key and a list in it value by value: as a whole it would take many times the memory of what it is made of.
package struct JSONObjectWriter {
    /// How the values of the keys look.
    package enum Layout {
        /// As `JSONEncoder` has the whole: a line for each key, at any depth.
        case pretty
        /// A line for each value.
        case compact
    }

    private let layout: Layout
    private let write: (String) throws -> Void
    private let encoder = JSONEncoder()

    package init(_ layout: Layout, _ write: @escaping (String) throws -> Void) {
        (self.layout, self.write) = (layout, write)
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if layout == .pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    }

    package func begin() throws { try write("{\n") }
    package func end() throws { try write("}\n") }
    package func null(_ key: String) throws { try write("  \"\(key)\" : null,\n") }

    package func value(_ value: some Encodable, of key: String, isLast: Bool = false) throws {
        try write("  \"\(key)\" : \(text(value, indent: "  "))" + (isLast ? "\n" : ",\n"))
    }

    package func values(_ values: [some Encodable], of key: String, isLast: Bool = false) throws {
        try write("  \"\(key)\" : [\n")
        for (index, value) in values.enumerated() {
            try write("    \(text(value, indent: "    "))" + (index + 1 < values.count ? ",\n" : ""))
        }
        try write("\n  ]" + (isLast ? "\n" : ",\n"))
    }

    /// Strings have no newlines: they are escaped.
    private func text(_ value: some Encodable, indent: String) throws -> String {
        let text = printableJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
        if layout == .compact { return text }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().map { $0 > 0 && !$1.isEmpty ? indent + $1 : $1 }.joined(separator: "\n")
    }
}
