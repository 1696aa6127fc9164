extension Report {
    /// What happened to paths. Its JSON is the list of incidents alone.
    public struct Failover: Codable, Equatable, Sendable {
        /// In the order in which they began, trace by trace.
        public var incidents: [Incident] { summary.incidents }
        let summary: FailoverSummary

        init(_ summary: FailoverSummary) { self.summary = summary }

        /// Reads the list, with nothing known besides.
        public init(from decoder: any Decoder) throws {
            summary = FailoverSummary(incidents: try [Incident](from: decoder))
        }

        /// Writes the list.
        public func encode(to encoder: any Encoder) throws { try incidents.encode(to: encoder) }
    }
}
