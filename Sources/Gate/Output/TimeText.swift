import Reports

/// Numbers as people read them.
enum TimeText {
    /// `12.3 us`
    static func ns(_ ns: Double) -> String {
        guard ns.isFinite else { return "?" }
        return Figures.duration(UInt64(max(0, min(ns, 1e18)).rounded()))
    }

    /// At most two digits behind the point.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    /// `+12.3 %`
    static func percent(_ part: Double) -> String {
        guard part.isFinite else { return "?" }
        let tenths = Int((part * 1000).rounded())
        let sign = tenths < 0 ? "-" : "+"
        return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10) %"
    }
}
