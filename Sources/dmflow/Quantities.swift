import TraceFormat

/// Why an option's value is none.
struct BadQuantity: Error, Equatable, CustomStringConvertible {
    let text: String
    let kind: String
    let remedy: String

    var description: String { printable("'\(text)' is not \(kind); \(remedy)") }
}

/// Numbers with units, as options take them.
enum Quantity {
    /// A unit of time, for numbers that are given without one.
    enum TimeUnit: Double {
        case microseconds = 1e3
        case seconds = 1e9
    }

    /// A unit of size, for numbers that are given without one.
    enum SizeUnit: Int {
        case bytes = 1
        case kibibytes = 1024
    }

    private static let times: [String: Double] = [
        "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "min": 60e9, "h": 3600e9,
    ]

    /// As dd, head and others of coreutils have them: `M` and `MiB` are powers of 1024, `MB` is one of 1000.
    private static let sizes: [String: Int] = {
        var sizes = ["b": 1]
        for (power, letter) in ["k", "m", "g", "t"].enumerated() {
            let factor = (0...power).reduce(1) { product, _ in product * 1024 }
            sizes[letter] = factor
            sizes[letter + "ib"] = factor
            sizes[letter + "b"] = (0...power).reduce(1) { product, _ in product * 1000 }
        }
        return sizes
    }()

    /// 126 years, and 4 exbibytes: both fit into 64 bits, also as a sum of two.
    private static let maxValue = 4e18

    /// Reads a time such as `500ms`, `1.5s` or `2m`.
    ///
    /// - Parameters:
    ///   - unit: of a number without one.
    ///   - least: nanoseconds below which it is none.
    /// - Returns: nanoseconds.
    static func nanoseconds(_ text: String, unit: TimeUnit, least: UInt64 = 1) throws(BadQuantity) -> UInt64 {
        let parts = split(text)
        let factor = parts.unit.isEmpty ? unit.rawValue : times[parts.unit.lowercased()]
        guard let factor, let number = Double(parts.number), number >= 0, number * factor < maxValue,
            case let nanoseconds = UInt64((number * factor).rounded()), nanoseconds >= least
        else {
            throw BadQuantity(
                text: text, kind: "a duration",
                remedy: "write a number \(least > 0 ? "above" : "from") 0 with ns, us, ms, s, m or h: 500ms, 10s, 2m")
        }
        return nanoseconds
    }

    /// Reads a size such as `16M`, `1.5G`, `500MiB` or `500MB`.
    ///
    /// - Parameter unit: of a number without one.
    /// - Returns: bytes, more than zero.
    static func bytes(_ text: String, unit: SizeUnit) throws(BadQuantity) -> Int {
        let parts = split(text)
        let factor = parts.unit.isEmpty ? unit.rawValue : sizes[parts.unit.lowercased()]
        guard let factor, let bytes = bytes(parts.number, times: factor), bytes > 0 else {
            throw BadQuantity(
                text: text, kind: "a size",
                remedy:
                    "write a number above 0 with K, M, G or T, or KB and so on for powers of 1000: 500K, 1.5G, 500MiB")
        }
        return bytes
    }

    /// Whole numbers to the byte.
    private static func bytes(_ number: String, times factor: Int) -> Int? {
        if let whole = Int(number) {
            let (bytes, overflow) = whole.multipliedReportingOverflow(by: factor)
            return overflow || Double(bytes) >= maxValue ? nil : bytes
        }
        guard let number = Double(number), number >= 0, number * Double(factor) < maxValue else { return nil }
        return Int((number * Double(factor)).rounded())
    }

    /// Reads a part of a whole such as `5%` or `0.5%`. The sign is asked for: 0.01 could be meant either way.
    ///
    /// - Returns: from 0 to 1.
    static func share(_ text: String) throws -> Double {
        let parts = split(text)
        guard parts.unit == "%", let percent = Double(parts.number), percent >= 0, percent <= 100 else {
            throw BadQuantity(text: text, kind: "a share", remedy: "write a percentage from 0% to 100%")
        }
        return percent / 100
    }

    /// `1.5e3 ms` → `1.5e3` and `ms`. What does not begin with a number is all unit.
    private static func split(_ text: String) -> (number: String, unit: String) {
        var rest = Substring(text)
        func digits() { rest = rest.drop { $0.isASCII && $0.isNumber } }
        digits()
        if rest.first == "." {
            rest.removeFirst()
            digits()
        }
        guard text[..<rest.startIndex].contains(where: \.isNumber) else { return ("", text) }
        let mantissaEnd = rest
        if rest.first?.lowercased() == "e" {
            rest.removeFirst()
            if let sign = rest.first, "+-".contains(sign) { rest.removeFirst() }
            let exponent = rest
            digits()
            if rest.startIndex == exponent.startIndex { rest = mantissaEnd }
        }
        let number = String(text[..<rest.startIndex])
        if rest.first == " ", rest.count > 1 { rest.removeFirst() }
        return (number, String(rest))
    }
}

/// For options: the bare number's unit is in the name, the result is in nanoseconds or bytes.
extension Quantity {
    static func seconds(_ text: String) throws -> UInt64 { try nanoseconds(text, unit: .seconds) }
    static func secondsOrNone(_ text: String) throws -> UInt64 { try nanoseconds(text, unit: .seconds, least: 0) }
    static func microsecondsOrNone(_ text: String) throws -> UInt64 {
        try nanoseconds(text, unit: .microseconds, least: 0)
    }
    static func bytes(_ text: String) throws -> Int { try bytes(text, unit: .bytes) }
    static func kibibytes(_ text: String) throws -> Int { try bytes(text, unit: .kibibytes) }
}
