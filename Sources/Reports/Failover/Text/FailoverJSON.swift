/// Incidents as JSON: the list that a report has of them, by itself.
public struct FailoverJSON {
    private let summary: FailoverSummary

    /// - Parameter summary: what is written.
    public init(_ summary: FailoverSummary) { self.summary = summary }

    /// Writes it piece by piece, keys sorted, with a line feed at the end.
    ///
    /// - Parameters:
    ///   - id: the number of the incident that is written; nil for all.
    ///   - write: gets the pieces.
    /// - Throws: what `write` throws.
    public func write(only id: Int? = nil, to write: (String) throws -> Void) throws {
        try withoutActuallyEscaping(write) { write in
            let writer = JSONObjectWriter(.pretty, write)
            try writer.begin()
            try writer.values(summary.incidents.filter { id == nil || $0.id == id }, of: "failover")
            try writer.value(summary.further, of: "furtherIncidents")
            try writer.value(summary.longestStrayNs, of: "longestStrayNs")
            try writer.value(summary.lookedAtNs, of: "lookedAtNs")
            try writer.value(Self.schema, of: "schema")
            try writer.value(summary.strayStalls, of: "strayStalls")
            try writer.value(summary.unplaced, of: "unplaced", isLast: true)
            try writer.end()
        }
    }

    /// The form of it.
    public static let schema = "dmflow.failover/1"
}
