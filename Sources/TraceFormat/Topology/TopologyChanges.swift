/// Something of a topology that was different at the end.
public struct TopologyChange: Equatable, Sendable {
    /// The map's name.
    public let map: String
    /// `sda`, `group 1`; nil if it is of the map itself.
    public let part: String?
    /// A path's device number, `8:0`.
    public let devno: String?
    /// What it is: `state`, `recovery_tmo`; nil for the map or the part as a whole, which came or went.
    public let property: String?
    /// What it was; nil if it came.
    public let before: String?
    /// What it is at the end; nil if it went.
    public let after: String?
}

extension Topology {
    /// What was different at the end, map by map: what went, then what came or is another. What was told at one time only is no
    /// change: multipathd may not have answered.
    ///
    /// A map is the same as long as device-mapper's UUID is, or else its name; a path as long as its device and its number are.
    public var changes: [TopologyChange] {
        guard let mapsAtEnd else { return [] }
        let (before, after) = (Self.rows(of: maps), Self.rows(of: mapsAtEnd))
        let (old, new) = (Self.values(before), Self.values(after))
        let gone = before.filter { $0.isWhole && new[$0.key] == nil && $0.key.isPart(of: new) }
        let came = after.filter { $0.isWhole ? old[$0.key] == nil && $0.key.isPart(of: old) : $0.differs(from: old) }
        return gone.map { $0.change(before: $0.value, after: nil) }
            + came.map { $0.change(before: old[$0.key], after: $0.value) }
    }

    /// One value, by which two topologies are compared.
    private struct Row {
        let map: Map
        let part: String?
        var devno: String?
        /// nil for the map or the part as a whole.
        var property: String?
        let value: String

        /// What makes it the same at the start and at the end.
        struct Key: Hashable {
            let map: String
            let part: String?
            let devno: String?
            let property: String?

            /// Whether the map that it is a part of is among them; true for a map.
            func isPart(of rows: [Key: String]) -> Bool {
                part == nil || rows[Key(map: map, part: nil, devno: nil, property: nil)] != nil
            }
        }

        var isWhole: Bool { property == nil }
        var key: Key { Key(map: map.identity, part: part, devno: devno, property: property) }

        func differs(from rows: [Key: String]) -> Bool { rows[key].map { $0 != value } ?? false }

        func change(before: String?, after: String?) -> TopologyChange {
            TopologyChange(
                map: map.name, part: part, devno: devno, property: property, before: before, after: after)
        }
    }

    private static func values(_ rows: [Row]) -> [Row.Key: String] {
        Dictionary(rows.map { ($0.key, $0.value) }) { first, _ in first }
    }

    private static func rows(of maps: [Map]) -> [Row] { maps.flatMap { map in rows(of: map) } }

    private static func rows(of map: Map) -> [Row] {
        var rows = [Row(map: map, part: nil, value: "\(map.device) \(map.devno)")]
        rows += map.properties.map { Row(map: map, part: nil, property: $0.name, value: $0.value) }
        for group in map.groups {
            let name = "group \(group.number)"
            rows.append(Row(map: map, part: name, value: group.selector))
            rows += group.properties.map { Row(map: map, part: name, property: $0.name, value: $0.value) }
            for path in group.paths {
                let properties = [Property("group", group.number)].compactMap(\.self) + path.properties
                rows.append(Row(map: map, part: path.device, devno: path.devno, value: name))
                rows += properties.map {
                    Row(map: map, part: path.device, devno: path.devno, property: $0.name, value: $0.value)
                }
            }
        }
        return rows
    }
}
