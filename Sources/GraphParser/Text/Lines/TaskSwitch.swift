/// What stands between two rulers when a CPU goes on with another task: `bash-1234    =>   kworker-77`.
enum TaskSwitch {
    /// Bytes of a task's name that function_graph prints; the rest is cut.
    static let commLimit = 7

    /// - Parameter start: behind the CPU.
    static func parse(_ line: Span<UInt8>, cpu: Int, from start: Int) -> TextLine? {
        // A task's number is the last of it: seen first, since other lines may have any number of equals signs.
        guard let last = line.indices.last, isDigit(line[last]) else { return nil }
        // A comm may contain "=>", a number or a bar itself, but no more of them than it has room for.
        var index = start
        while let arrow = line.firstIndex(of: UInt8(ascii: "="), in: index..<line.count) {
            index = arrow + 1
            guard line.has("=> ", at: arrow), let from = Columns.task(line, start..<arrow),
                from.comm.count <= commLimit, let to = Columns.task(line, (arrow + 2)..<line.count),
                to.comm.count <= commLimit
            else { continue }
            return .taskSwitch(cpu: cpu, from: from, to: to)
        }
        return nil
    }
}
