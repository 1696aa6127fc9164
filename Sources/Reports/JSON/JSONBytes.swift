import TraceFormat

/// JSON piece by piece, for exports with a row for each call: an encoder's work for each of millions would be most of the time.
extension [UInt8] {
    /// Appends a string in quotes, everything escaped that would be invisible or change how the rest reads, and `<`, `>` and `&`, so that
    /// it can stand in a page of HTML.
    mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy(Self.isPlainJSON) { append(contentsOf: text.utf8) } else { appendEscaped(text) }
        append(UInt8(ascii: "\""))
    }

    /// Appends a whole number.
    mutating func appendJSON(_ number: some BinaryInteger) { append(contentsOf: String(number).utf8) }

    /// Appends what needs no escaping.
    mutating func appendJSON(raw text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends a string, or null.
    mutating func appendJSON(_ text: String?) {
        if let text { appendJSON(text) } else { appendJSON(raw: "null") }
    }

    /// Appends a whole number, or null.
    mutating func appendJSON<Number: BinaryInteger>(_ number: Number?) {
        if let number { appendJSON(number) } else { appendJSON(raw: "null") }
    }

    private static func isPlainJSON(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "&")
    }

    private mutating func appendEscaped(_ text: String) {
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80, Self.isPlainJSON(UInt8(scalar.value)) {
                append(UInt8(scalar.value))
            } else if scalar.value >= 0x80, scalar.isPlain {
                append(contentsOf: String(scalar).utf8)
            } else {
                for unit in UTF16.encode(scalar)! { appendUnit(unit) }
            }
        }
    }

    /// `\u001b`
    private mutating func appendUnit(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
    }
}
