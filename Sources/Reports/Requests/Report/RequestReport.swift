extension Report {
    /// The figures of requests. All times are latencies of I/O, in integer ns.
    public struct Requests: Codable, Equatable, Sendable {
        /// How many, and why.
        public struct Reason: Codable, Equatable, Sendable {
            /// Why.
            public let reason: String
            /// How many.
            public let count: Int
        }

        /// A stage of all requests.
        public struct Stage: Codable, Equatable, Sendable {
            /// Its name.
            public let stage: String
            /// Who had the request.
            public let layer: String
            /// Each time.
            public let latency: RequestLatency
        }

        /// What a layer had of each request.
        public struct Layer: Codable, Equatable, Sendable {
            /// Its name; `target` for what lies behind the host.
            public let layer: String
            /// Of the requests that it had for any time.
            public let latency: RequestLatency
        }

        /// Requests that have something in common.
        public struct Group: Codable, Equatable, Sendable {
            /// What they have in common.
            public let name: String
            /// Of their data.
            public let bytes: UInt64
            /// Of the requests.
            public let latency: RequestLatency
        }

        /// Requests of a size.
        public struct Size: Codable, Equatable, Sendable {
            /// The power of two that they have at most; 0 for those without data.
            public let upToBytes: UInt64
            /// Of the requests.
            public let latency: RequestLatency
        }

        /// What ended in an interval, and what was under way.
        public struct Interval: Codable, Equatable, Sendable {
            /// When it began, on the trace clock.
            public let startNs: UInt64
            /// How long it is.
            public let lengthNs: UInt64
            /// Requests that ended in it.
            public let requests: Int
            /// Of their data.
            public let bytes: UInt64
            /// How many were under way on average, those from their first bio to their end; nil from a summary of an older version.
            @NullWhenAbsent public var meanDepth: Double?
            /// How many dm had at most when one ended.
            public let maxDepth: Int
            /// The longest latency.
            public let maxNs: UInt64
        }

        /// What was slow, where and by how much, a sentence each, the most important first.
        public let findings: [String]
        /// Requests that were seen.
        public let seen: Int
        /// Those of them that the figures are of.
        public let joined: Int
        /// The others, by the reason.
        public let unjoined: [Reason]
        /// Choices between several requests that the trace does not tell apart.
        public let ambiguous: Int
        /// Requests of which the join by sector says something else than that by pointer, where both could be made.
        public let disagreed: Int
        /// `pointer`, `sector`, or `both`, of several traces.
        public let by: String
        /// Points that were missed in requests that were joined all the same.
        public let stoodIn: [Reason]
        /// Reads and writes that the kernel counted meanwhile, and that are not in the trace.
        public let unseen: Int
        /// Calls that kernel probes were passed over for.
        public let missedByProbes: Int
        /// Requests that ended with an error.
        public let failed: Int
        /// Requests with more than one try on a path that took it.
        public let retried: Int
        /// Dispatches in vain, when no path had room.
        public let busyDispatches: Int
        /// Commands over iSCSI of which no clone is known, such as the path checker's.
        public let otherCommands: Int
        /// From beginning to end.
        public let latency: RequestLatency
        /// From beginning to complete data, when the application could go on.
        public let untilData: RequestLatency
        /// In the order in which requests come by.
        public let stages: [Stage]
        /// Most time first.
        public let layers: [Layer]
        /// Most time first.
        public let operations: [Group]
        /// Smallest first.
        public let sizes: [Size]
        /// Most time first.
        public let maps: [Group]
        /// In the order of time.
        public let overTime: [Interval]
        /// When the first began, on the trace clock; nil without any, and from a summary of an older version.
        @NullWhenAbsent public var firstStartNs: UInt64?
        /// When the last ended; likewise.
        @NullWhenAbsent public var lastEndNs: UInt64?
        /// Longest first.
        public let slowest: [SlowRequest]
    }

    /// The tries on a path.
    public struct Path: Codable, Equatable, Sendable {
        /// How it compares to the other paths of its map.
        public struct Comparison: Codable, Equatable, Sendable {
            /// How much longer half of its tries take at least; negative for a faster path.
            public let shiftNs: Int64
            /// How much longer its shortest tenth takes at least: what nearly every try has more.
            public let addedNs: Int64
            /// In how many of a hundred pairs of tries its is the longer one.
            public let slowerInPercent: Double
            /// How far that is from chance, in standard deviations.
            public let deviations: Double
            /// Whether it stands out.
            public let isSlow: Bool
            /// The stage that differs most; nil if none can be compared.
            @NullWhenAbsent public internal(set) var stage: String?
        }

        /// The map's name, else its device number.
        @NullWhenAbsent public internal(set) var map: String?
        /// The number of its priority group, from 1.
        @NullWhenAbsent public internal(set) var group: Int?
        /// The disk's name.
        @NullWhenAbsent public internal(set) var device: String?
        /// The disk's device number, `8:0`.
        @NullWhenAbsent public internal(set) var devno: String?
        /// Host, channel, target and LUN.
        @NullWhenAbsent public internal(set) var hctl: String?
        /// The iSCSI session.
        @NullWhenAbsent public internal(set) var session: String?
        /// Its portal.
        @NullWhenAbsent public internal(set) var portal: String?
        /// Its target.
        @NullWhenAbsent public internal(set) var target: String?
        /// Clones that it took.
        public let tries: Int
        /// Those of them that failed.
        public let failed: Int
        /// Clones that it did not take.
        public let rejected: Int
        /// SCSI submissions beyond one a try.
        public let retries: Int
        /// Of the data of tries that did not fail.
        public let bytes: UInt64
        /// From the clone to dm's verdict, of tries that did not fail.
        public let latency: RequestLatency
        /// What those were made of.
        public let stages: [Requests.Stage]
        /// nil without siblings, or with too few tries.
        @NullWhenAbsent public internal(set) var comparison: Comparison?
    }

    /// min, max, mean and sum are exact, percentiles within 1 %.
    public struct RequestLatency: Codable, Equatable, Sendable {
        /// How many had at most so much, and more than the step before.
        public struct Step: Codable, Equatable, Sendable {
            /// A power of two less one.
            public let upToNs: UInt64
            /// How many.
            public let count: Int
        }

        /// How many.
        public let count: Int
        /// The shortest; 0 without any.
        public let minNs: UInt64
        /// The sum divided by the number, cut to the nanosecond.
        public let meanNs: UInt64
        /// As long or longer than half of them.
        public let p50Ns: UInt64
        /// As long or longer than 90 % of them.
        public let p90Ns: UInt64
        /// As long or longer than 99 % of them.
        public let p99Ns: UInt64
        /// As long or longer than 99.9 % of them.
        public let p999Ns: UInt64
        /// The longest.
        public let maxNs: UInt64
        /// All together; sticks at the greatest number.
        public let sumNs: UInt64
        /// Those steps that are not empty, in ascending order.
        public let histogram: [Step]

        init(_ histogram: Histogram) {
            let values = histogram.percentiles([0.5, 0.9, 0.99, 0.999])
            count = histogram.count
            minNs = histogram.count > 0 ? histogram.min : 0
            meanNs = histogram.count > 0 ? histogram.sum / UInt64(histogram.count) : 0
            (p50Ns, p90Ns, p99Ns, p999Ns) = (values[0], values[1], values[2], values[3])
            maxNs = histogram.max
            sumNs = histogram.sum
            self.histogram = histogram.octaves.map { Step(upToNs: $0, count: $1) }
        }
    }
}

extension Histogram {
    /// How many values lie between two powers of two, by the last value of each such range.
    var octaves: [(upTo: UInt64, count: Int)] {
        buckets.reduce(into: []) { octaves, bucket in
            let first = Self.values(of: bucket.index).lowerBound
            let upTo = first == 0 ? 0 : UInt64.max >> UInt64(first.leadingZeroBitCount)
            if octaves.last?.upTo == upTo {
                octaves[octaves.count - 1].count = octaves[octaves.count - 1].count.addingSaturated(bucket.count)
            } else {
                octaves.append((upTo, bucket.count))
            }
        }
    }
}
