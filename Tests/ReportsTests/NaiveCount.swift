/// Counts calls, self and total time of function_graph text with CPU, task and duration columns, the slow and obvious way:
/// the independent count that the reports are held against.
struct NaiveCount {
    struct Sum: Equatable {
        var calls = 0
        var selfNs: UInt64 = 0
        var totalNs: UInt64 = 0
    }

    private(set) var sums: [String: Sum] = [:]
    private var stacks: [Substring: [(name: String, childrenNs: UInt64)]] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let cells = line.split(separator: "|").map { $0.trimmingSpaces() }
            guard cells.count >= 3, let task = cells.dropLast(2).last?.split(separator: " ").last else { continue }
            add(task: task, duration: cells[cells.count - 2], body: cells[cells.count - 1])
        }
    }

    private mutating func add(task: Substring, duration: Substring, body: Substring) {
        if body.hasPrefix("/*") { return }
        if body.hasSuffix("{") {
            stacks[task, default: []].append((String(body.dropLast(4)), 0))
        } else if body.hasSuffix(";") {
            end(String(body.dropLast(3)), childrenNs: 0, duration, task)
        } else if body.hasPrefix("}"), let call = stacks[task]?.popLast() {
            end(call.name, childrenNs: call.childrenNs, duration, task)
        }
    }

    private mutating func end(_ name: String, childrenNs: UInt64, _ duration: Substring, _ task: Substring) {
        let ns = nanoseconds(duration)
        sums[name, default: Sum()].calls += 1
        sums[name]!.selfNs += ns - childrenNs
        sums[name]!.totalNs += ns
        if let top = stacks[task]?.indices.last { stacks[task]![top].childrenNs += ns }
    }

    /// `+ 12.345 us`
    private func nanoseconds(_ cell: Substring) -> UInt64 {
        let parts = cell.split(separator: " ").dropLast().last!.split(separator: ".")
        let fraction = parts.count > 1 ? parts[1] + String(repeating: "0", count: 3 - parts[1].count) : "000"
        return UInt64(parts[0])! * 1000 + UInt64(fraction)!
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = self.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
