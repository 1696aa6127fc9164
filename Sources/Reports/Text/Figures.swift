/// Numbers as people read them.
package enum Figures {
    /// Four significant digits and a unit: `12.34 us`, `4.012 ms`, `1.500 s`. What has no more digits is exact: `812 ns`, and
    /// from 1000 s on all whole seconds, `12345 s`.
    package static func duration(_ ns: UInt64) -> String {
        guard ns >= 1000 else { return "\(ns) ns" }
        // How many of its last digits are left out.
        var cut = String(ns).count - 4
        var digits = rounded(ns, byPowerOfTen: cut)
        // 999950 ns is 1.000 ms.
        if digits == 10_000 { (digits, cut) = (1000, cut + 1) }
        switch cut {
        case 0...2: return point(digits, behind: cut + 1) + " us"
        case 3...5: return point(digits, behind: cut - 2) + " ms"
        case 6...8: return point(digits, behind: cut - 5) + " s"
        default: return "\(rounded(ns, byPowerOfTen: 9)) s"
        }
    }

    /// Of what is told in a sentence: `9.3 s`, `120 s`; `812 us` and `8.1 ms` below a tenth of a second.
    static func seconds(_ ns: UInt64) -> String {
        if ns < 1000 { return "\(ns) ns" }
        if ns < 100_000_000 { return ns < 1_000_000 ? "\(ns / 1000) us" : "\(fixed(Double(ns) / 1e6, digits: 1)) ms" }
        let text = fixed(Double(ns) / 1e9, digits: 1)
        return (text.hasSuffix(".0") && ns % 1_000_000_000 == 0 ? String(text.dropLast(2)) : text) + " s"
    }

    /// `60.925 s`
    static func exactSeconds(_ ns: UInt64) -> String {
        let thousandths = String(ns / 1_000_000 % 1000)
        return "\(ns / 1_000_000_000).\(String(repeating: "0", count: 3 - thousandths.count))\(thousandths) s"
    }

    /// How much later, or earlier, than another moment, in seconds: `+4.312`.
    static func offset(_ ns: UInt64, from origin: UInt64, digits: Int = 3) -> String {
        ns >= origin ? "+" + seconds(ns - origin, digits) : "-" + seconds(origin - ns, digits)
    }

    private static func seconds(_ ns: UInt64, _ digits: Int) -> String {
        let unit: UInt64 = digits == 3 ? 1_000_000 : 100_000_000
        let scaled = ns / unit
        let factor: UInt64 = digits == 3 ? 1000 : 10
        let rest = String(scaled % factor)
        return "\(scaled / factor).\(String(repeating: "0", count: digits - rest.count))\(rest)"
    }

    /// `512 B`, `4 KiB`, `1.5 MiB`: powers of 1024, with a digit behind the point where it is not a whole number of them.
    static func size(_ bytes: UInt64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var (unit, scaled) = (0, bytes)
        while scaled >= 1024 && unit < units.count - 1 { (unit, scaled) = (unit + 1, scaled / 1024) }
        let factor: UInt64 = 1 << UInt64(10 * unit)
        if bytes % factor == 0 { return "\(scaled) \(units[unit])" }
        return "\(fixed(Double(bytes) / Double(factor), digits: 1)) \(units[unit])"
    }

    /// Half a unit counts as one.
    private static func rounded(_ number: UInt64, byPowerOfTen power: Int) -> UInt64 {
        let unit = (0..<power).reduce(1 as UInt64) { unit, _ in unit * 10 }
        return number / unit + (number % unit >= unit - unit / 2 ? 1 : 0)
    }

    /// Four digits with a point behind so many of them.
    private static func point(_ digits: UInt64, behind count: Int) -> String {
        let text = String(digits)
        return "\(text.prefix(count)).\(text.dropFirst(count))"
    }

    /// `12,345`
    static func count(_ number: Int) -> String {
        let digits = String(number)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return grouped
    }

    /// `41.2 %` of the whole.
    static func share(_ part: UInt64, of whole: UInt64) -> String {
        guard whole > 0 else { return "-" }
        return fixed(Double(part) * 100 / Double(whole), digits: 1) + " %"
    }

    /// `1 call`, `2 calls`
    static func plural(_ number: Int, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// How many events the kernel lost, and how often it did not count them; nil if none.
    static func loss(_ counted: Int, uncounted: Int) -> String? {
        switch (counted, uncounted) {
        case (0, 0): nil
        case (_, 0): count(counted)
        case (0, _): "\(plural(uncounted, "time")), how many is not known"
        default: "\(count(counted)), and \(plural(uncounted, "time")) more without a count"
        }
    }

    private static func fixed(_ number: Double, digits: Int) -> String {
        let factor = [1.0, 10, 100, 1000][digits]
        let scaled = (number * factor).rounded()
        guard digits > 0 else { return String(Int(scaled)) }
        return "\(Int(scaled / factor)).\(padDigits(Int(scaled) % Int(factor), digits))"
    }

    private static func padDigits(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
