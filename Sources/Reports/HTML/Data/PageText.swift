import FoundationEssentials
import TraceFormat

/// What the page has of texts that come from outside.
enum PageText {
    /// Bytes of a name that are shown, of a function or what else a table has many of.
    static let maxName = 300

    /// The text, or its beginning with the number of bytes that are left out.
    static func cut(_ text: String, to room: Int = maxName) -> String {
        guard text.utf8.count > room else { return text }
        var kept = ""
        for scalar in text.unicodeScalars {
            guard kept.utf8.count < room else { break }
            kept.unicodeScalars.append(scalar)
        }
        return "\(kept)… (\(Figures.count(text.utf8.count - kept.utf8.count)) bytes more)"
    }

    /// For HTML outside of scripts.
    static func escaped(_ text: String) -> String {
        printable(text).reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }
}

extension [UInt8] {
    /// Appends values with commas between them.
    mutating func appendList<Values: Sequence>(_ values: Values, _ append: (inout [UInt8], Values.Element) -> Void) {
        var isFirst = true
        for value in values {
            if !isFirst { self.append(UInt8(ascii: ",")) }
            isFirst = false
            append(&self, value)
        }
    }

    /// Appends whole numbers in brackets.
    mutating func appendNumbers(_ numbers: some Sequence<some BinaryInteger>) {
        appendJSON(raw: "[")
        appendList(numbers) { $0.appendJSON($1) }
        appendJSON(raw: "]")
    }

    /// Appends whole numbers in brackets, null for those that there are not.
    mutating func appendOptionalNumbers<Number: BinaryInteger>(_ numbers: some Sequence<Number?>) {
        appendJSON(raw: "[")
        appendList(numbers) { $0.appendJSON($1) }
        appendJSON(raw: "]")
    }

    /// Appends ``Histogram/bins``, one number behind the other.
    mutating func appendBins(_ histogram: Histogram) {
        appendNumbers(histogram.bins.flatMap { [$0.bin, $0.count] })
    }

    /// Appends what an encoder makes of a value, so that it can stand in a page of HTML.
    mutating func appendEncoded(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for byte in printableJSON(String(decoding: try encoder.encode(value), as: UTF8.self)).utf8 {
            switch byte {
            case UInt8(ascii: "<"): appendJSON(raw: "\\u003c")
            case UInt8(ascii: ">"): appendJSON(raw: "\\u003e")
            case UInt8(ascii: "&"): appendJSON(raw: "\\u0026")
            default: append(byte)
            }
        }
    }
}
