/// Text as bytes: trees have many lines, and a string for each part of one takes longer than to read the call.
extension [UInt8] {
    mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    mutating func appendSpaces(_ count: Int) {
        if count > 0 { append(contentsOf: repeatElement(UInt8(ascii: " "), count: count)) }
    }

    /// - Parameter width: digits at least, with zeros in front.
    mutating func appendDecimal(_ number: UInt64, width: Int = 1) {
        let start = count
        var rest = number
        while rest > 0 || count - start < width {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }

    /// The duration column of function_graph, twelve characters: mark and microseconds, cut to seven columns as the kernel (4.3
    /// and later) does.
    mutating func appendKernelDuration(_ ns: UInt64) {
        append(Self.mark(ns))
        append(UInt8(ascii: " "))
        let start = count
        appendDecimal(ns / 1000)
        let digits = count - start
        if digits < 7 {
            append(UInt8(ascii: "."))
            appendDecimal(ns % 1000, width: 3)
            removeLast(Swift.max(0, digits + 3 - 7))
        }
        append(" us" as StaticString)
        appendSpaces(10 - (count - start))
    }

    private static func mark(_ ns: UInt64) -> UInt8 {
        switch ns {
        case ...10_000: UInt8(ascii: " ")
        case ...100_000: UInt8(ascii: "+")
        case ...1_000_000: UInt8(ascii: "!")
        case ...10_000_000: UInt8(ascii: "#")
        case ...100_000_000: UInt8(ascii: "*")
        case ...1_000_000_000: UInt8(ascii: "@")
        default: UInt8(ascii: "$")
        }
    }
}
