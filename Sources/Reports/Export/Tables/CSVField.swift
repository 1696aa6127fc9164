/// A field of comma-separated values (RFC 4180).
enum CSVField {
    /// In quotes where it has to be; empty for nil, so that an empty text is in quotes. A spreadsheet takes what begins like a formula for one, so an apostrophe stands before
    /// that, which is data to all others.
    static func text(_ text: String?) -> String {
        guard let text else { return "" }
        if text.isEmpty { return "\"\"" }
        let isFormula = text.utf8.first.map { "=+-@".utf8.contains($0) } ?? false
        let field = isFormula ? "'" + text : text
        // Not by characters: a carriage return and a newline together are one.
        guard field.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return field }
        return "\"" + field.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}
