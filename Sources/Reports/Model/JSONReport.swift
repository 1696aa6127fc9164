import FoundationEssentials
import TraceFormat

extension Report {
    /// The report as JSON of the schema in `schema`, keys sorted, with a newline at the end. Absent values are null.
    public func json() throws -> String {
        var text = ""
        try writeJSON { text += $0 }
        return text
    }

    /// Writes ``json()`` piece by piece: as a whole it would take many times the memory of the report.
    public func writeJSON(to write: (String) throws -> Void) throws {
        try withoutActuallyEscaping(write) { try self.write(to: JSONObjectWriter($0)) }
    }

    private func write(to writer: JSONObjectWriter) throws {
        try writer.begin()
        try writer.value(counts, of: "counts")
        try writer.null("failover")
        try writer.values(functions, of: "functions")
        try writer.values(layers, of: "layers")
        // Nothing of these kinds is read yet.
        try writer.null("paths")
        try writer.null("requests")
        try writer.values(roots, of: "roots")
        try writer.value(schema, of: "schema")
        try writer.value(source, of: "source", isLast: true)
        try writer.end()
    }
}

/// Writes an object key by key and a list in it value by value, in the form that `JSONEncoder` has for the whole.
private struct JSONObjectWriter {
    private let write: (String) throws -> Void
    private let encoder = JSONEncoder()

    init(_ write: @escaping (String) throws -> Void) {
        self.write = write
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    }

    func begin() throws { try write("{\n") }
    func end() throws { try write("}\n") }
    func null(_ key: String) throws { try write("  \"\(key)\" : null,\n") }

    func value(_ value: some Encodable, of key: String, isLast: Bool = false) throws {
        try write("  \"\(key)\" : \(text(value, indent: "  "))" + (isLast ? "\n" : ",\n"))
    }

    func values(_ values: [some Encodable], of key: String) throws {
        try write("  \"\(key)\" : [\n")
        for (index, value) in values.enumerated() {
            try write("    \(text(value, indent: "    "))" + (index + 1 < values.count ? ",\n" : ""))
        }
        try write("\n  ],\n")
    }

    /// Strings have no newlines: they are escaped.
    private func text(_ value: some Encodable, indent: String) throws -> String {
        let text = printableJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().map { $0 > 0 && !$1.isEmpty ? indent + $1 : $1 }.joined(separator: "\n")
    }
}

/// Encodes an absent value as null, where synthesized coding leaves the key out: the contract promises the key.
@propertyWrapper
public struct NullWhenAbsent<Value: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    public let wrappedValue: Value?

    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}
