import TraceFormat

/// How text reports look on the terminal that they are printed to.
public struct Style: Sendable {
    /// ANSI colours.
    public let color: Bool
    /// Block characters for bars; `#` otherwise.
    public let unicode: Bool
    /// How wide the terminal is. What is not printed to one is as wide as a mail.
    public var columns: Int
    /// Whose layers have which colours; nil for the built-in map.
    private var map: LayerMap?

    /// Plain ASCII, for files and pipes.
    public static let plain = Style(color: false, unicode: false)

    /// - Parameters:
    ///   - color: whether ANSI colours are shown.
    ///   - unicode: whether block characters are, and whatever else is no ASCII.
    ///   - columns: how wide the terminal is.
    public init(color: Bool, unicode: Bool, columns: Int = Self.usualColumns) {
        self.color = color
        self.unicode = unicode
        self.columns = columns
    }

    /// How wide a text is that goes anywhere.
    public static let usualColumns = 80

    /// A heading, or what else comes first on its line.
    public func bold(_ text: String) -> String { escape("1", text) }
    /// What explains other text.
    public func dim(_ text: String) -> String { escape("2", text) }
    /// What casts doubt on the figures.
    public func warning(_ text: String) -> String { escape("1;31", text) }

    /// The same style, with the colours that a layer map has for its layers.
    public func colored(by map: LayerMap) -> Style {
        var style = self
        style.map = map
        return style
    }

    /// The same layer has the same colour in every report.
    func layer(_ name: String, _ text: String) -> String {
        color ? escape((map ?? .builtin).terminalColor(of: name), text) : text
    }

    /// `fraction` (0…1) of `width` columns, at least one mark for what is above zero; padded to `width` if asked.
    func bar(_ fraction: Double, of width: Int, padded: Bool) -> String {
        guard fraction > 0 else { return String(repeating: " ", count: padded ? width : 0) }
        let eighths = max(1, Int((min(fraction, 1) * Double(width) * 8).rounded()))
        let rest = eighths % 8 == 0 ? "" : String(Self.blocks[eighths % 8 - 1])
        let bar =
            unicode
            ? String(repeating: "█", count: eighths / 8) + rest
            : String(repeating: "#", count: max(1, (eighths + 4) / 8))
        return padded ? pad(bar, width) : bar
    }

    /// A whole text as the locale can show it: under one without Unicode in ASCII, with what has no likeness there by its number.
    public func shown(_ text: String) -> String { unicode ? text : inASCII(text) }

    private func escape(_ code: String, _ text: String) -> String {
        color ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }

    private static let blocks = Array("▏▎▍▌▋▊▉")
}

/// A text in ASCII: arrows and dots as they are typed, all else by its number, as a shell's `$'…'` takes it.
public func inASCII(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return text.unicodeScalars.reduce(into: "") { shown, scalar in
        if scalar.isASCII { shown.unicodeScalars.append(scalar) } else { shown += likeness(of: scalar) }
    }
}

private func likeness(of scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "→": "->"
    case "…": "..."
    case "–", "—": "-"
    case "≤": "<="
    case "≥": ">="
    case "×": "x"
    case "µ", "μ": "u"
    default: escape(scalar)
    }
}

package func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

package func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
