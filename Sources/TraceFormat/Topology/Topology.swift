/// The multipath maps of the recorded machine, with what identifies their paths and what times them out: as `dmflow capture` read
/// them from device-mapper, sysfs and multipathd when it began and when it ended.
///
/// What the machine did not tell is nil. All text is printable.
public struct Topology: Codable, Equatable, Sendable {
    /// As they were at the start, in the order of their devices.
    public var maps: [Map]
    /// As they were at the end; nil if all was the same, or could not be read again.
    public var mapsAtEnd: [Map]?
    /// What multipathd told of itself; nil if none answered.
    public var multipathd: Multipathd?

    /// - Parameters:
    ///   - maps: as they were at the start.
    ///   - multipathd: what it told of itself.
    public init(maps: [Map], multipathd: Multipathd? = nil) {
        (self.maps, self.multipathd) = (maps, multipathd)
    }

    /// Each map once: as it was at the start, or, where it came later, at the end.
    public var allMaps: [Map] {
        let known = Set(maps.map(\.identity))
        return maps + (mapsAtEnd ?? []).filter { !known.contains($0.identity) }
    }

    /// Settings of the daemon that are in force.
    public struct Multipathd: Codable, Equatable, Sendable {
        /// Seconds between two looks at a path that has a fault.
        public var pollingIntervalSeconds: Int?
        /// Seconds between two looks at a path that has been well for long.
        public var maxPollingIntervalSeconds: Int?

        /// Nothing is known.
        public init() {}
    }

    /// A path, and where it belongs.
    public struct Place: Equatable, Sendable {
        /// The map that it is a path of.
        public let map: Map
        /// The number of its priority group, from 1.
        public let group: Int
        /// The path itself.
        public let path: Path
    }

    /// Finds a path by its device number. A number that had one device at the start and another at the end is that of the start.
    ///
    /// - Parameter devno: `8:16`
    /// - Returns: nil if no map has such a path.
    public func path(_ devno: String) -> Place? {
        for map in maps + (mapsAtEnd ?? []) {
            for group in map.groups {
                if let path = group.paths.first(where: { $0.devno == devno }) {
                    return Place(map: map, group: group.number, path: path)
                }
            }
        }
        return nil
    }

    /// Finds a map by its device number, at the start before the end.
    ///
    /// - Parameter devno: `253:0`
    public func map(_ devno: String) -> Map? { (maps + (mapsAtEnd ?? [])).first { $0.devno == devno } }
}

/// How long is waited for something.
public enum Timeout: Codable, Equatable, Sendable {
    /// It is waited for without end, or the timer is not used.
    case off
    /// Whole seconds; 0 for no wait at all.
    case seconds(Int)

    /// - Throws: `DecodingError` for what is neither `"off"` nor a number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let seconds = try? container.decode(Int.self) {
            self = .seconds(seconds)
        } else if try container.decode(String.self) == "off" {
            self = .off
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no timeout")
        }
    }

    /// As `"off"`, or a number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .off: try container.encode("off")
        case .seconds(let seconds): try container.encode(seconds)
        }
    }
}

extension Timeout: CustomStringConvertible {
    /// `off`, `5 s`
    public var description: String {
        switch self {
        case .off: "off"
        case .seconds(let seconds): "\(seconds) s"
        }
    }
}
