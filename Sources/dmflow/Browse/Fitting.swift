/// A line cut to as many columns, with what escape sequences it has; all of these end with it.
///
/// - Parameter unicode: false where the terminal shows ASCII only: then other characters are question marks.
func fitting(_ line: String, _ columns: Int, unicode: Bool) -> String {
    var result = String.UnicodeScalarView()
    var (used, isInEscape, hasEscapes) = (0, false, false)
    for scalar in line.unicodeScalars {
        if isInEscape {
            result.append(scalar)
            isInEscape = !(("@"..."~").contains(scalar) && scalar != "[")
            continue
        }
        if scalar == "\u{1b}" {
            (isInEscape, hasEscapes) = (true, true)
            result.append(scalar)
            continue
        }
        let width = columnCount(scalar)
        guard used + width <= columns else { continue }
        used += width
        result.append(unicode || scalar.isASCII ? scalar : "?")
    }
    return String(result) + (hasEscapes ? "\u{1b}[0m" : "")
}

/// How many columns a text without escape sequences takes.
func columnCount(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + columnCount($1) } }

/// Two for the wide characters of East Asia and pictures, none for what stands above another.
private func columnCount(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
        0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
        return 2
    default: return 1
    }
}
