public import TraceFormat

/// Renders a topology for reading: its maps, as they were at the start, as `multipath -ll` shows them, then what times their paths
/// out, then what was different when the recording ended.
public struct TopologyText {
    private let topology: Topology
    private let style: Style

    /// - Parameters:
    ///   - topology: what is shown.
    ///   - style: how the output can look.
    public init(_ topology: Topology, style: Style) {
        (self.topology, self.style) = (topology, style)
    }

    /// All of it, with a line feed at its end.
    public func render() -> String {
        let maps = topology.allMaps
        var sections = maps.map { tree($0).joined(separator: "\n") }
        sections += [paths(maps), connections(maps), daemon(), changes()].compactMap(\.self)
        return sections.joined(separator: "\n\n") + "\n"
    }

    // MARK: As multipath -ll has it

    private func tree(_ map: Topology.Map) -> [String] {
        var lines = [style.bold(heading(map)), facts(map)]
        let widths = Self.widths(map)
        for (index, group) in map.groups.enumerated() {
            let isLast = index == map.groups.count - 1
            lines.append((isLast ? "`-+- " : "|-+- ") + facts(group))
            for (index, path) in group.paths.enumerated() {
                let branch = (isLast ? "  " : "| ") + (index == group.paths.count - 1 ? "`- " : "|- ")
                lines.append(branch + Self.row(Self.columns(path), widths))
            }
        }
        return lines
    }

    private func heading(_ map: Topology.Map) -> String {
        var words = [map.name]
        if let wwid = map.wwid, wwid != map.name { words.append("(\(wwid))") }
        words.append(map.device)
        let disk = map.groups.first?.paths.first
        if let vendor = disk?.vendor, let model = disk?.model { words.append("\(vendor),\(model)") }
        return words.joined(separator: " ")
    }

    private func facts(_ map: Topology.Map) -> String {
        var facts = [
            "size=\(Self.size(map.sectors))", "features='\(Self.counted(map.features))'",
            "hwhandler='\(Self.counted(map.hardwareHandler))'", "wp=\(map.isReadOnly ? "ro" : "rw")",
        ]
        if let retry = map.noPathRetry { facts.append("no_path_retry=\(retry)") }
        if let failback = map.failback { facts.append("failback=\(failback)") }
        if map.isSuspended { facts.append("suspended") }
        return facts.joined(separator: " ")
    }

    private func facts(_ group: Topology.Group) -> String {
        var facts = ["policy='\(group.selector) \(Self.counted(group.selectorArguments))'"]
        if let priority = group.priority { facts.append("prio=\(priority)") }
        return (facts + ["status=\(group.state ?? "undef")"]).joined(separator: " ")
    }

    /// Words behind their number, as in a table of device-mapper's.
    private static func counted(_ words: [String]) -> String { (["\(words.count)"] + words).joined(separator: " ") }

    /// 262,144 sectors are `128M`; what is below ten has one decimal.
    private static func size(_ sectors: UInt64) -> String {
        var (value, units) = (Double(sectors / 2), "KMGTP"[...])
        while value >= 1024 && units.count > 1 {
            value /= 1024
            units = units.dropFirst()
        }
        let tenths = Int((value * 10).rounded())
        return (value < 10 ? "\(tenths / 10).\(tenths % 10)" : "\(Int(value.rounded()))") + units.prefix(1)
    }

    private static func columns(_ path: Topology.Path) -> [String] {
        [
            path.hctl ?? "#:#:#:#", path.device, path.devno, path.state ?? "undef", path.checkerState ?? "undef",
            path.deviceState ?? "unknown",
        ]
    }

    private static func widths(_ map: Topology.Map) -> [Int] {
        map.groups.flatMap(\.paths).map { columns($0).map(\.count) }.reduce(into: [0, 0, 0, 0, 0, 0]) { widest, row in
            widest = zip(widest, row).map { max($0, $1) }
        }
    }

    private static func row(_ columns: [String], _ widths: [Int]) -> String {
        let padded = zip(columns, widths).dropLast().map { pad($0, $1) }
        return (padded + columns.suffix(1)).joined(separator: " ")
    }

    // MARK: Timers

    private func paths(_ maps: [Topology.Map]) -> String? {
        let known = maps.flatMap(\.groups).flatMap(\.paths).filter { !($0.queue + $0.timers).isEmpty }
        return section("paths", known.map { line($0.device, [$0.queue, $0.timers].map(Self.listed)) })
    }

    /// Each once, though many paths lead through it.
    private func connections(_ maps: [Topology.Map]) -> String? {
        let paths = maps.flatMap(\.groups).flatMap(\.paths).filter { !$0.connection.isEmpty }
        let through = Dictionary(grouping: paths, by: Self.connection)
        var shown: Set<String> = []
        let names = paths.map(Self.connection).filter { shown.insert($0).inserted }
        return section("what leads to them", names.map { line($0, Self.facts(through[$0] ?? [])) })
    }

    private static func connection(_ path: Topology.Path) -> String {
        if let session = path.iscsi { return "iscsi session \(session.sid)" }
        return path.fibreChannel.map { "fc \($0.name)" } ?? path.transport ?? ""
    }

    /// - Parameter paths: all that lead through one and the same.
    private static func facts(_ paths: [Topology.Path]) -> [String] {
        let named: Set = ["transport", "session", "rport"]
        let facts = paths.first.map { [$0.connection.filter { !named.contains($0.name) }, $0.connectionTimers] } ?? []
        return facts.map(listed) + [paths.map(\.device).joined(separator: " ")]
    }

    private func daemon() -> String? {
        guard let multipathd = topology.multipathd else { return nil }
        return line("multipathd", [Self.listed(multipathd.properties)])
    }

    private static func listed(_ properties: [Topology.Property]) -> String {
        properties.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    }

    private func line(_ name: String, _ parts: [String]) -> String {
        "\(name): " + parts.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private func section(_ title: String, _ lines: [String]) -> String? {
        lines.isEmpty ? nil : ([style.bold(title)] + lines.map { "  \($0)" }).joined(separator: "\n")
    }

    // MARK: Changes

    private func changes() -> String? {
        section("at the end of the recording", topology.changes.map(Self.text))
    }

    private static func text(_ change: TopologyChange) -> String {
        let devno = change.devno.map { " (\($0))" } ?? ""
        let subject = ([change.map] + (change.part.map { [$0 + devno] } ?? [])).joined(separator: " ")
        guard let property = change.property else { return "\(subject): \(change.after == nil ? "gone" : "new")" }
        return "\(subject): \(property) was \(change.before ?? "not known"), is \(change.after ?? "not known")"
    }
}
