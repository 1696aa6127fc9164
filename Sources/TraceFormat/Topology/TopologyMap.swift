extension Topology {
    /// A multipath map.
    public struct Map: Codable, Equatable, Sendable {
        /// `mpatha`
        public var name: String
        /// `dm-0`
        public var device: String
        /// `253:0`
        public var devno: String
        /// device-mapper's: `mpath-360000000000000000e00000000010001`; nil if the map has none.
        public var uuid: String?
        /// `mq`, `bio` or `rq`; nil where the table leaves it to the kernel.
        public var queueMode: String?
        /// Words of the table's features, without their number: `queue_if_no_path`, `retain_attached_hw_handler`.
        public var features: [String] = []
        /// Words of the table's hardware handler, without their number: `alua`.
        public var hardwareHandler: [String] = []
        /// What multipathd does when no path is left: `fail`, `queue`, or how many checks it goes on queueing; nil if nobody told.
        public var noPathRetry: String?
        /// What multipathd does when a better group is there again: `immediate`, `manual`, …; nil if nobody told.
        public var failback: String?
        /// In sectors of 512 bytes.
        public var sectors: UInt64
        /// Whether it takes no writes.
        public var isReadOnly = false
        /// Whether it was suspended.
        public var isSuspended = false
        /// In the order of the table.
        public var groups: [Group] = []

        /// - Parameters:
        ///   - name: device-mapper's.
        ///   - device: the kernel's name for it.
        ///   - devno: `major:minor`
        ///   - sectors: its size, in sectors of 512 bytes.
        public init(name: String, device: String, devno: String, sectors: UInt64) {
            (self.name, self.device, self.devno, self.sectors) = (name, device, devno, sectors)
        }

        /// The disk's world wide identifier, by which multipath-tools know the map; nil if another program made it.
        public var wwid: String? {
            uuid.flatMap { $0.hasPrefix("mpath-") ? String($0.dropFirst("mpath-".count)) : nil }
        }

        /// What makes it the same map at the start and at the end.
        var identity: String { uuid ?? name }

        /// Whether device-mapper itself queues requests while no path is left. multipathd turns this off when its retries are used
        /// up.
        public var queuesIfNoPath: Bool { features.contains("queue_if_no_path") }
    }

    /// A priority group of a map.
    public struct Group: Codable, Equatable, Sendable {
        /// From 1, in the order of the table.
        public var number: Int
        /// `active`, `enabled` or `disabled`; nil if the table was just being changed.
        public var state: String?
        /// Which path is chosen: `queue-length`, `service-time`, `round-robin`, …
        public var selector: String
        /// Words of the selector in the table, without their number.
        public var selectorArguments: [String] = []
        /// In the order of the table.
        public var paths: [Path] = []

        /// - Parameters:
        ///   - number: from 1.
        ///   - state: `active`, `enabled` or `disabled`.
        ///   - selector: its name.
        public init(number: Int, state: String?, selector: String) {
            (self.number, self.state, self.selector) = (number, state, selector)
        }

        /// The mean of its paths' priorities that are known, cut to a whole number, as multipathd compares groups; nil if none is.
        public var priority: Int? {
            let known = paths.compactMap(\.priority)
            return known.isEmpty ? nil : known.reduce(0, &+) / known.count
        }
    }
}
