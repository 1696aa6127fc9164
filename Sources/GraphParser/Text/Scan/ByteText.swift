// ASCII helpers over the bytes of a line. Everything is bounds-checked by Span: the text may be hostile.

let space = UInt8(ascii: " ")
let bar = UInt8(ascii: "|")

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

extension Span where Element == UInt8 {
    /// The first index from `start` on whose byte is not a space; `count` if there is none.
    func skipSpaces(from start: Int) -> Int {
        var index = start
        while index < count && self[index] == space { index += 1 }
        return index
    }

    /// The index behind at most `limit` spaces from `start` on.
    func skip(upTo limit: Int, from start: Int) -> Int {
        var index = start
        while index < count && index - start < limit && self[index] == space { index += 1 }
        return index
    }

    /// The end of the text without trailing blanks and carriage returns.
    func trimmedEnd() -> Int {
        var end = count
        while end > 0 && (self[end - 1] == space || self[end - 1] == 0x0d || self[end - 1] == 0x09) { end -= 1 }
        return end
    }

    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper && self[lower] == space { lower += 1 }
        while upper > lower && self[upper - 1] == space { upper -= 1 }
        return lower..<upper
    }

    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// True if `text` stands at `index`.
    func has(_ text: StaticString, at index: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard index >= 0, index <= count - length else { return false }
        return text.withUTF8Buffer { expected in
            for offset in 0..<length where self[index + offset] != expected[offset] { return false }
            return true
        }
    }

    /// Where `text` stands first in `range`; nil if it does not.
    func firstIndex(of text: StaticString, in range: Range<Int>) -> Int? {
        let first = text.withUTF8Buffer { $0[0] }
        var index = range.lowerBound
        while let hit = firstIndex(of: first, in: index..<range.upperBound) {
            if hit + text.utf8CodeUnitCount <= range.upperBound, has(text, at: hit) { return hit }
            index = hit + 1
        }
        return nil
    }

    /// The decimal number at `start` and the index behind it; nil without a digit or above 18 digits, which no column has.
    func number(from start: Int) -> (value: UInt64, end: Int)? {
        var index = start
        var value: UInt64 = 0
        while index < count, isDigit(self[index]) {
            guard index - start < 18 else { return nil }
            value = value * 10 + UInt64(self[index] &- UInt8(ascii: "0"))
            index += 1
        }
        return index > start ? (value, index) : nil
    }

    /// A number with an optional fraction, times 10 to the `scale`; `resolution` is the value of its last digit.
    /// Fraction digits beyond the scale are cut.
    func decimal(from start: Int, scale: Int) -> (value: UInt64, resolution: UInt64, end: Int)? {
        guard let whole = number(from: start) else { return nil }
        let unit = powersOfTen[scale]
        let (base, overflow) = whole.value.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        guard whole.end < count, self[whole.end] == UInt8(ascii: ".") else { return (base, unit, whole.end) }
        var fraction: UInt64 = 0
        var resolution = unit
        var index = whole.end + 1
        while index < count, isDigit(self[index]) {
            if resolution > 1 {
                resolution /= 10
                fraction += UInt64(self[index] &- UInt8(ascii: "0")) * resolution
            }
            index += 1
        }
        let (value, carry) = base.addingReportingOverflow(fraction)
        return carry ? nil : (value, resolution, index)
    }
}

private let powersOfTen: [UInt64] = [
    1, 10, 100, 1000, 10000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
]
