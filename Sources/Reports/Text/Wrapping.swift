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
    /// Not longer lines than can be read.
    private var proseWidth: Int { min(columns, 100) }

    /// Prose for this terminal.
    func prose(_ text: String, first: String = "", hanging: Int) -> [String] {
        wrap(text, to: proseWidth, first: first, hanging: hanging)
    }

    /// Words on as many lines as they take; what is longer than a line is broken.
    ///
    /// - Parameters:
    ///   - width: of a line; that of prose if nothing is said.
    ///   - first: what the first line begins with.
    ///   - indent: columns that it is indented by without that.
    ///   - hanging: columns that the other lines are.
    ///   - look: of each line.
    func broken(
        _ text: String, to width: Int? = nil, first: String? = nil, indent: Int = 0, hanging: Int,
        _ look: (String) -> String = { $0 }
    ) -> String {
        let width = width ?? proseWidth
        let room = max(width - hanging, 8)
        let words = text.split(separator: " ").flatMap { word -> [Substring] in
            word.count <= room
                ? [word]
                : stride(from: 0, to: word.count, by: room).map { word.dropFirst($0).prefix(room) }
        }
        return wrap(
            words.joined(separator: " "), to: width, first: first ?? String(repeating: " ", count: indent),
            hanging: hanging
        ).map(look).joined(separator: "\n")
    }

    /// Prose behind a word that warns.
    func warning(_ word: String, _ text: String, indent: Int = 0) -> [String] {
        let start = String(repeating: " ", count: indent)
        var lines = prose("\(word) \(text)", first: start, hanging: indent + 2)
        lines[0] = start + warning(word) + lines[0].dropFirst(indent + word.count)
        return lines
    }
}
