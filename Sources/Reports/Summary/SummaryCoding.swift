import FoundationEssentials
import GraphParser
import TraceFormat

/// Why bytes are no summary.
public struct SummaryError: Error, Equatable, CustomStringConvertible {
    /// Where they come from, as the user gave it.
    public let path: String
    /// What is wrong.
    public let problem: String

    /// What, where and what to do, in a line.
    public var description: String {
        printable("\(path): \(problem); make the summary again: dmflow report --output summary=\(path) TRACE")
    }
}

extension Summary: Codable {
    private enum CodingKeys: String, CodingKey {
        case schema, sources, counts, roots, layers, functions, requests, failover
    }

    /// Writes the object that is described by ``schema``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(sources, forKey: .sources)
        try container.encode(counts, forKey: .counts)
        try container.encode(roots, forKey: .roots)
        try container.encode(layers, forKey: .layers)
        try container.encode(functions, forKey: .functions)
        try container.encode(requests, forKey: .requests)
        try container.encode(failover, forKey: .failover)
    }

    /// Reads it, whoever wrote it.
    ///
    /// - Throws: `DecodingError` for another schema, and for figures that no traces can have.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let schema = try container.decode(String.self, forKey: .schema)
        guard schema == Self.schema else {
            throw DecodingError.dataCorruptedError(
                forKey: .schema, in: container, debugDescription: "the schema is '\(schema)', not '\(Self.schema)'")
        }
        self.init(
            sources: try container.decode([Source].self, forKey: .sources),
            counts: try container.decode(TraceCounts.self, forKey: .counts),
            roots: try container.decode([Root].self, forKey: .roots),
            layers: try container.decode([Layer].self, forKey: .layers),
            functions: try container.decode([FunctionTime].self, forKey: .functions),
            // Summaries of before have none.
            requests: try container.decodeIfPresent(RequestSummary.self, forKey: .requests),
            failover: try container.decodeIfPresent(FailoverSummary.self, forKey: .failover))
        if let flaw { throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: flaw)) }
    }

    /// The summary as JSON, a line for each root, layer and function, keys sorted, with a newline at the end.
    public func json() throws -> String {
        var text = ""
        try writeJSON { text += $0 }
        return text
    }

    /// Writes ``json()`` piece by piece, so that it takes no more memory than the summary.
    public func writeJSON(to write: (String) throws -> Void) throws {
        try withoutActuallyEscaping(write) { write in
            let writer = JSONObjectWriter(.compact, write)
            try writer.begin()
            try writer.value(counts, of: "counts")
            try writer.value(failover, of: "failover")
            try writer.values(functions, of: "functions")
            try writer.values(layers, of: "layers")
            try writer.value(requests, of: "requests")
            try writer.values(roots, of: "roots")
            try writer.value(Self.schema, of: "schema")
            try writer.values(sources, of: "sources", isLast: true)
            try writer.end()
        }
    }

    /// Reads ``json()``, whoever wrote it.
    ///
    /// - Parameters:
    ///   - json: the bytes.
    ///   - path: where they come from, for the error.
    /// - Throws: ``SummaryError``.
    public init(json: [UInt8], path: String) throws(SummaryError) {
        do { self = try JSONDecoder().decode(Summary.self, from: Data(json)) } catch {
            throw SummaryError(path: path, problem: Self.problem(error))
        }
    }

    private static func problem(_ error: any Error) -> String {
        guard case .dataCorrupted(let context) = error as? DecodingError, context.underlyingError == nil else {
            return "is no summary of traces"
        }
        let place = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            .dropFirst()
        return "is no summary of traces: \(place.isEmpty ? "" : place + ": ")\(context.debugDescription)"
    }
}
