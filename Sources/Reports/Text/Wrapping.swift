/// A text's words on as many lines as they take. A word that is longer than a line has one of its own: names stay whole.
///
/// - Parameters:
///   - width: of a line, in columns.
///   - first: what the first line begins with.
///   - hanging: columns that the other lines are indented by.
package func wrap(_ text: String, to width: Int, first: String = "", hanging: Int) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
        if !isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            (line, isEmpty) = (String(repeating: " ", count: hanging), true)
        }
        line += (isEmpty ? "" : " ") + word
        isEmpty = false
    }
    return lines + [line]
}

extension Style {
    /// Prose for this terminal: not on longer lines than can be read.
    func prose(_ text: String, first: String = "", hanging: Int) -> [String] {
        wrap(text, to: min(columns, 100), first: first, hanging: hanging)
    }

    /// Prose behind a word that warns.
    func warning(_ word: String, _ text: String, indent: Int = 0) -> [String] {
        let start = String(repeating: " ", count: indent)
        var lines = prose("\(word) \(text)", first: start, hanging: indent + 2)
        lines[0] = start + warning(word) + lines[0].dropFirst(indent + word.count)
        return lines
    }
}
