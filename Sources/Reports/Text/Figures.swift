/// Numbers as people read them.
enum Figures {
    /// Four significant digits and a unit: `812 ns`, `12.34 us`, `4.012 ms`, `1.500 s`.
    static func duration(_ ns: UInt64) -> String {
        switch ns {
        case ..<1000: "\(ns) ns"
        case ..<1_000_000: scaled(ns, 1000) + " us"
        case ..<1_000_000_000: scaled(ns, 1_000_000) + " ms"
        default: scaled(ns, 1_000_000_000) + " s"
        }
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

    /// The duration column of function_graph: mark and microseconds, cut to seven columns as the kernel (4.3 and later) does.
    static func kernelDuration(_ ns: UInt64) -> String {
        let micros = String(ns / 1000)
        var value = micros
        if micros.count < 7 {
            let fraction = padDigits(Int(ns % 1000), 3)
            value += "." + fraction.prefix(7 - micros.count)
        }
        return "\(mark(ns)) \(pad("\(value) us", 10))"
    }

    private static func mark(_ ns: UInt64) -> String {
        let marks: [(UInt64, String)] = [
            (1_000_000_000, "$"), (100_000_000, "@"), (10_000_000, "*"), (1_000_000, "#"), (100_000, "!"),
            (10_000, "+"),
        ]
        return marks.first { ns > $0.0 }?.1 ?? " "
    }

    private static func scaled(_ value: UInt64, _ unit: UInt64) -> String {
        let number = Double(value) / Double(unit)
        return fixed(number, digits: number < 10 ? 3 : number < 100 ? 2 : number < 1000 ? 1 : 0)
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
