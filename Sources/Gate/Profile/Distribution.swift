public import Reports

/// The times of one row in one capture, in ns.
///
/// What is compared is kept as it was measured. The buckets are for percentiles of several captures together, and coarser.
public struct Distribution: Equatable, Sendable {
    /// The mean of the middle half of the times: what is usual, moved neither by stalls nor by a clock's steps.
    public let usualNs: Double
    /// As long or longer than half of them.
    public let p50Ns: UInt64
    /// As long or longer than 90 % of them.
    public let p90Ns: UInt64
    /// As long or longer than 99 % of them.
    public let p99Ns: UInt64
    /// All times; from a baseline within 3 %.
    public let times: Histogram

    /// How many times there are.
    public var count: Int { times.count }

    /// - Parameter times: at least one.
    public init(_ times: Histogram) {
        let percentiles = times.percentiles([0.5, 0.9, 0.99])
        self.init(
            usualNs: Self.middleMean(times), p50Ns: percentiles[0], p90Ns: percentiles[1], p99Ns: percentiles[2],
            times: times)
    }

    init(usualNs: Double, p50Ns: UInt64, p90Ns: UInt64, p99Ns: UInt64, times: Histogram) {
        (self.usualNs, self.p50Ns, self.p90Ns, self.p99Ns, self.times) = (usualNs, p50Ns, p90Ns, p99Ns, times)
    }

    /// One of the figures, in ns.
    public func value(_ figure: Figure) -> Double {
        switch figure {
        case .usual: usualNs
        case .p50: Double(p50Ns)
        case .p90: Double(p90Ns)
        case .p99: Double(p99Ns)
        }
    }

    /// The mean of what lies between the quartiles, to a tenth of a nanosecond.
    private static func middleMean(_ times: Histogram) -> Double {
        let (from, to) = (Double(times.count) / 4, Double(times.count) * 3 / 4)
        var (seen, sum) = (0.0, 0.0)
        for bucket in times.buckets {
            let values = Histogram.values(of: bucket.index)
            let middle = Double(values.lowerBound) / 2 + Double(values.upperBound) / 2
            let next = seen + Double(bucket.count)
            sum += middle * max(0, min(next, to) - max(seen, from))
            seen = next
        }
        return (sum / (to - from) * 10).rounded() / 10
    }
}

/// Which figure of a distribution is looked at.
public enum Figure: String, Codable, CaseIterable, Sendable {
    /// The mean of the middle half.
    case usual
    /// The median.
    case p50
    /// As long or longer than 90 %.
    case p90
    /// As long or longer than 99 %.
    case p99

    /// The part of the times that is no longer; nil for the mean of the middle half.
    public var fraction: Double? {
        switch self {
        case .usual: nil
        case .p50: 0.5
        case .p90: 0.9
        case .p99: 0.99
        }
    }

    /// So many times must there be for it to mean anything: ten beyond it.
    public var leastCount: Int {
        switch self {
        case .usual, .p50: 20
        case .p90: 100
        case .p99: 1000
        }
    }
}
