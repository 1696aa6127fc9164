/// One of the slowest requests, with its whole way.
public struct SlowRequest: Codable, Equatable, Sendable {
    /// A stage of it.
    public struct Stage: Codable, Equatable, Sendable {
        /// Its name.
        public let stage: String
        /// Who had the request.
        public let layer: String
        /// How long it took.
        public let ns: UInt64
    }

    /// A clone of it on a path.
    public struct Try: Codable, Equatable, Sendable {
        /// The path's disk; nil where it is not known.
        @NullWhenAbsent public internal(set) var path: String?
        /// Why it failed; nil if it did not.
        @NullWhenAbsent public internal(set) var error: String?
        /// SCSI submissions.
        public let rounds: Int
        /// What led up to it, and what went on in it.
        public let stages: [Stage]
    }

    /// Its number, as `dmflow requests` has it.
    public let id: Int
    /// The trace that it is of, as the user gave it.
    public let source: String
    /// The map's name, else its device number; nil where it is not known.
    @NullWhenAbsent public internal(set) var map: String?
    /// When it began, in ns of the trace clock.
    public let startNs: UInt64
    /// From then on to its end.
    public let latencyNs: UInt64
    /// `read`, `write`, `flush`, …
    public let operation: String
    /// In units of 512 bytes; nil for what has no place.
    @NullWhenAbsent public internal(set) var sector: UInt64?
    /// Of its data.
    public let bytes: Int
    /// Why it failed; nil if it did not.
    @NullWhenAbsent public internal(set) var error: String?
    /// One at least.
    public let tries: [Try]

    /// The stage that took most of its time, all that there were of the name together: one may come again with each try and round. The path
    /// is nil if it was on several, or is not known.
    var mostOfTime: (stage: String, ns: UInt64, path: String?)? {
        let stages = tries.flatMap { one in one.stages.map { (path: one.path, stage: $0) } }
        let sums = Dictionary(grouping: stages, by: \.stage.stage).mapValues { same in
            same.reduce(0 as UInt64) { $0.addingSaturated($1.stage.ns) }
        }
        // Of equal ones the first.
        guard let first = stages.max(by: { sums[$0.stage.stage]! < sums[$1.stage.stage]! })?.stage.stage else {
            return nil
        }
        let paths = Set(stages.filter { $0.stage.stage == first }.map(\.path))
        return (first, sums[first]!, paths.count == 1 ? paths.first! : nil)
    }

    /// Whether it stands before another: the slower one, of equal ones that which was first.
    func precedes(_ other: SlowRequest) -> Bool {
        if latencyNs != other.latencyNs { return latencyNs > other.latencyNs }
        return (source, startNs, id) < (other.source, other.startNs, other.id)
    }
}
