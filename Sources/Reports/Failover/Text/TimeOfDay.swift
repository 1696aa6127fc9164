/// A time of day in UTC.
struct TimeOfDay {
    private let ns: UInt64

    /// - Parameter ns: since 1970.
    init(_ ns: UInt64) { self.ns = ns }

    /// `12:03:04.1 UTC`
    var seconds: String { "\(clock).\(ns / 100_000_000 % 10) UTC" }

    /// `2026-11-27 12:03:04.108 UTC`
    var full: String {
        let thousandths = String(ns / 1_000_000 % 1000)
        return "\(date) \(clock).\(String(repeating: "0", count: 3 - thousandths.count))\(thousandths) UTC"
    }

    /// `20261127T120304.108000000Z`, which sorts by time.
    var compact: String {
        let digits = "\(date)T\(clock)".filter { $0 != "-" && $0 != ":" }
        return "\(digits).\(String(String(ns % 1_000_000_000 + 1_000_000_000).dropFirst()))Z"
    }

    private var clock: String {
        let second = ns / 1_000_000_000
        return [second / 3600 % 24, second / 60 % 60, second % 60].map { ($0 < 10 ? "0" : "") + String($0) }
            .joined(separator: ":")
    }

    /// By the Gregorian calendar, in eras of 400 years from March of the year 0 on.
    private var date: String {
        let days = ns / 1_000_000_000 / 86_400 + 719_468
        let (era, day) = (days / 146_097, days % 146_097)
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let number = dayOfYear - (153 * month + 2) / 5 + 1
        let civil = month < 10 ? month + 3 : month - 9
        return
            "\(year + era * 400 + (civil <= 2 ? 1 : 0))-\(civil < 10 ? "0" : "")\(civil)-\(number < 10 ? "0" : "")\(number)"
    }
}
