extension Report {
    /// The report as JSON of the schema in `schema`, keys sorted, with a newline at the end. Absent values are null.
    public func json() throws -> String {
        var text = ""
        try writeJSON { text += $0 }
        return text
    }

    /// Writes ``json()`` piece by piece: as a whole it would take many times the memory of the report.
    public func writeJSON(to write: (String) throws -> Void) throws {
        try withoutActuallyEscaping(write) { try self.write(to: JSONObjectWriter(.pretty, $0)) }
    }

    private func write(to writer: JSONObjectWriter) throws {
        try writer.begin()
        try writer.value(counts, of: "counts")
        if let failover { try writer.values(failover.incidents, of: "failover") } else { try writer.null("failover") }
        try writer.values(functions, of: "functions")
        try writer.values(layers, of: "layers")
        if let paths { try writer.values(paths, of: "paths") } else { try writer.null("paths") }
        if let requests { try writer.value(requests, of: "requests") } else { try writer.null("requests") }
        try writer.values(roots, of: "roots")
        try writer.value(schema, of: "schema")
        try writer.value(source, of: "source", isLast: true)
        try writer.end()
    }
}
