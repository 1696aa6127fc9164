/// The ring buffers or files that `trace-cmd report` took lines from. Each is a trace of its own: one task's calls may be
/// in several, which must not be mixed.
struct SourceNames: Sendable {
    private var names: [[UInt8]] = []
    private var last = 0

    /// See ``GraphEvent/ring``: a source with a name has numbers of its own, one without the CPUs'.
    ///
    /// - Returns: nil of one source, or one CPU of a source, more than there are numbers for.
    mutating func ring(_ source: Range<Int>, _ line: Span<UInt8>, cpu: UInt16) -> UInt16? {
        if !source.isEmpty, last >= names.count || !equal(names[last], line, source) {
            if let known = names.firstIndex(where: { equal($0, line, source) }) {
                last = known
            } else if names.count < Self.limit {
                names.append(source.map { line[$0] })
                last = names.count - 1
            } else {
                return nil
            }
        }
        return Self.ring(source.isEmpty ? nil : last, cpu: cpu)
    }

    /// The same of a source that calls have come from; nil of others.
    func knownRing(_ source: Range<Int>, _ line: Span<UInt8>, cpu: UInt16) -> UInt16? {
        if source.isEmpty { return cpu }
        return names.firstIndex { equal($0, line, source) }.flatMap { Self.ring($0, cpu: cpu) }
    }

    private static func ring(_ source: Int?, cpu: UInt16) -> UInt16? {
        guard let source else { return cpu }
        return cpu < ringsOfSource ? UInt16(firstOfSources + source * ringsOfSource) + cpu : nil
    }

    /// More than anybody reports at once.
    static let limit = 100
    static let ringsOfSource = 512
    private static let firstOfSources = Limits.cpu + 1

    /// By ring: 0, or the source's number.
    static let instances =
        [UInt16](repeating: 0, count: firstOfSources)
        + (0..<limit).flatMap { [UInt16](repeating: UInt16($0 + 1), count: ringsOfSource) }

    private func equal(_ name: [UInt8], _ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard name.count == range.count else { return false }
        for offset in name.indices where name[offset] != line[range.lowerBound + offset] { return false }
        return true
    }
}
