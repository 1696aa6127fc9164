/// Bytes from outside as text that shows what it is and cannot steer a terminal.
///
/// The rule for all that dmflow prints and has not written itself: what has no glyph of its own is shown by its number, as
/// `$'…'` of a shell takes it. Control characters and bytes that are no UTF-8 become `\xNN`, everything else `\uNNNN` or
/// `\UNNNNNNNN`. Applied again it changes nothing.
///
/// - Parameter bytes: a name or a line; a newline in it is a control character too.
public func printable(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(decoding: bytes, as: UTF8.self) }
    return printable(String(outside: bytes))
}

/// The same for text. Bytes that a ``RawString/text`` holds are shown as bytes.
public func printable(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(text) }
    return text.unicodeScalars.reduce(into: "") { printed, scalar in
        if let byte = scalar.outsideByte {
            printed += #"\x"# + hexadecimal(UInt32(byte), width: 2)
        } else if scalar.isPlain {
            printed.unicodeScalars.append(scalar)
        } else {
            printed += escape(scalar)
        }
    }
}

/// JSON whose strings show everything that would be invisible or change how the rest reads, as `\uNNNN`; to a reader of JSON it
/// is the same. Encoders escape control characters only.
///
/// - Parameter json: whole JSON texts, in which such characters can be in strings only.
public func printableJSON(_ json: String) -> String {
    // White space between the values is no part of a string.
    func isPlain(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar.isPlain }
    if json.unicodeScalars.allSatisfy(isPlain) { return json }
    return json.unicodeScalars.reduce(into: "") { printed, scalar in
        if isPlain(scalar) {
            printed.unicodeScalars.append(scalar)
        } else {
            for unit in String(scalar).utf16 { printed += #"\u"# + hexadecimal(UInt32(unit), width: 4) }
        }
    }
}

/// A character by its number, as ``printable(_:)`` writes it.
package func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0..<0x80: #"\x"# + hexadecimal(scalar.value, width: 2)
    case 0x80..<0x10000: #"\u"# + hexadecimal(scalar.value, width: 4)
    default: #"\U"# + hexadecimal(scalar.value, width: 8)
    }
}

private func hexadecimal(_ value: UInt32, width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Unicode.Scalar {
    /// Whether it shows what it is: neither control, nor invisible, nor a blank of another width, nor one that changes how its
    /// neighbours read, nor one without an agreed meaning.
    package var isPlain: Bool {
        if value < 0x7f { return value >= 0x20 }
        switch properties.generalCategory {
        // Directional marks, joiners, tags and the byte order mark are of the category format.
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
            .unassigned:
            return false
        // Fillers, variation selectors and others that are not to be seen; and the blank pattern of Braille.
        default: return !properties.isDefaultIgnorableCodePoint && value != 0x2800
        }
    }
}
