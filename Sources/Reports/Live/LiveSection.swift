/// A part of what is shown of an interval: a title and rows, the most important first.
struct LiveSection {
    let title: String
    let rows: [String]
    /// Rows that it gets before others get more.
    let least: Int
    /// Which gets room first.
    let rank: Int

    /// The lines of the sections that fit. What is left out of one is said in its last row.
    ///
    /// - Parameters:
    ///   - count: of lines.
    ///   - dim: makes what explains other text look so.
    static func fitting(_ sections: [LiveSection], into count: Int, dim: (String) -> String) -> [String] {
        var room = count
        var shown = [Int](repeating: 0, count: sections.count)
        let order = sections.indices.sorted { sections[$0].rank < sections[$1].rank }
        for index in order {
            // The title, too.
            let wanted = min(sections[index].least, sections[index].rows.count) + 1
            guard room >= 2 else { break }
            shown[index] = min(wanted, room)
            room -= shown[index]
        }
        for index in order where shown[index] > 0 {
            let more = min(room, sections[index].rows.count + 1 - shown[index])
            shown[index] += more
            room -= more
        }
        return sections.indices.flatMap { sections[$0].lines(shown[$0], dim) }
    }

    private func lines(_ count: Int, _ dim: (String) -> String) -> [String] {
        if count == 0 { return [] }
        if count > rows.count { return [title] + rows }
        let kept = rows.prefix(max(count - 2, 0))
        return [title] + kept + [dim("    and \(Figures.count(rows.count - kept.count)) more")]
    }
}

/// A line with colours, cut to a width: what is between an escape and its end takes no room.
enum ClippedLine {
    /// Columns that a line takes, if each character takes one.
    static func width(_ line: String) -> Int {
        var (width, isEscape) = (0, false)
        for character in line {
            if isEscape {
                isEscape = character != "m"
            } else if character == "\u{1b}" {
                isEscape = true
            } else {
                width += 1
            }
        }
        return width
    }

    /// The line's beginning. Colours that are on at its end are turned off.
    static func clip(_ line: String, to columns: Int) -> String {
        guard width(line) > columns else { return line }
        var clipped = ""
        var (left, isEscape, hasEscape) = (columns, false, false)
        for character in line {
            if isEscape {
                isEscape = character != "m"
            } else if character == "\u{1b}" {
                (isEscape, hasEscape) = (true, true)
            } else {
                if left == 0 { break }
                left -= 1
            }
            clipped.append(character)
        }
        return hasEscape ? clipped + "\u{1b}[0m" : clipped
    }
}
