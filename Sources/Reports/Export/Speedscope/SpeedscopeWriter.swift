import GraphParser
import TraceFormat

/// Writes the parts of a file of speedscope's: https://www.speedscope.app/file-format-schema.json.
struct SpeedscopeWriter {
    private let sink: OutputSink

    init(_ sink: OutputSink) { self.sink = sink }

    /// Up to the first profile.
    ///
    /// - Parameter shown: the number of the one that is shown first.
    func begin(name: String, shown: Int) throws {
        sink.bytes.appendJSON(
            raw: "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"dmflow\",")
        sink.bytes.appendJSON(raw: "\"activeProfileIndex\":")
        sink.bytes.appendJSON(shown)
        sink.bytes.appendJSON(raw: ",\"name\":")
        sink.bytes.appendJSON(printable(name))
        sink.bytes.appendJSON(raw: ",\"profiles\":[")
    }

    // MARK: A single tree

    /// Writes a tree as it went, call by call; another profile has to follow.
    func write(_ tree: CallTree, name: String) throws {
        let placement = TreePlacement(tree, from: 0)
        let origin = placement.places[0].start
        head("evented", name: name, endValue: placement.places[0].end - origin)
        sink.bytes.appendJSON(raw: ",\"events\":[")
        var open: [Int] = []
        var isFirst = true
        func event(_ kind: StaticString, _ index: Int, at time: UInt64) {
            sink.bytes.appendJSON(raw: isFirst ? "\n{\"type\":\"" : ",\n{\"type\":\"")
            isFirst = false
            sink.bytes.appendJSON(raw: kind)
            sink.bytes.appendJSON(raw: "\",\"frame\":")
            sink.bytes.appendJSON(tree.nodes[index].call.function.index)
            sink.bytes.appendJSON(raw: ",\"at\":")
            sink.bytes.appendJSON(time - origin)
            sink.bytes.append(UInt8(ascii: "}"))
        }
        func close(downTo level: Int) {
            while open.count > level {
                let index = open.removeLast()
                event("C", index, at: placement.places[index].end)
            }
        }
        for (index, node) in tree.nodes.enumerated() {
            close(downTo: node.level)
            event("O", index, at: placement.places[index].start)
            open.append(index)
            try sink.pass()
        }
        close(downTo: 0)
        sink.bytes.appendJSON(raw: "]},")
        try sink.pass()
    }

    private func head(_ type: StaticString, name: String, endValue: UInt64) {
        sink.bytes.appendJSON(raw: "\n{\"type\":\"")
        sink.bytes.appendJSON(raw: type)
        sink.bytes.appendJSON(raw: "\",\"name\":")
        sink.bytes.appendJSON(printable(name))
        sink.bytes.appendJSON(raw: ",\"unit\":\"nanoseconds\",\"startValue\":0,\"endValue\":")
        sink.bytes.appendJSON(endValue)
    }

    // MARK: All merged

    /// Writes all calls in one tree, each way of calling with its self time.
    ///
    /// - Parameter furtherFrame: the frame of calls for whose way there was no room.
    func write(_ merged: MergedTree, furtherFrame: Int) throws {
        head("sampled", name: merged.title, endValue: merged.totalNs)
        sink.bytes.appendJSON(raw: ",\"samples\":[")
        var path: [Int] = []
        var weights: [UInt64] = []
        func sample(_ stack: [Int], _ weight: UInt64) throws {
            sink.bytes.appendJSON(raw: weights.isEmpty ? "\n[" : ",\n[")
            for (place, frame) in stack.enumerated() {
                if place > 0 { sink.bytes.append(UInt8(ascii: ",")) }
                sink.bytes.appendJSON(frame)
            }
            sink.bytes.append(UInt8(ascii: "]"))
            weights.append(weight)
            try sink.pass()
        }
        for (index, level) in merged.depthFirst {
            let node = merged.nodes[index]
            path.removeSubrange(level...)
            path.append(Int(node.function.index))
            try sample(path, node.selves.sum)
            if node.further.calls > 0 { try sample(path + [furtherFrame], node.further.selfNs) }
        }
        if merged.further.calls > 0 { try sample([furtherFrame], merged.further.selfNs) }
        sink.bytes.appendJSON(raw: "],\"weights\":[")
        for (place, weight) in weights.enumerated() {
            if place > 0 { sink.bytes.append(UInt8(ascii: ",")) }
            sink.bytes.appendJSON(weight)
        }
        sink.bytes.appendJSON(raw: "]}")
        try sink.pass()
    }
}

extension MergedTree {
    fileprivate var title: String {
        let trees = nodes.filter { $0.parent < 0 }.reduce(0) { $0 + $1.calls }
        return (["all calls of \(Figures.plural(trees, "whole tree")) by self time"] + omissions).joined(
            separator: "; ")
    }

    /// Each node with its level, its calls behind it.
    fileprivate var depthFirst: [(node: Int, level: Int)] {
        var calls = [[Int]](repeating: [], count: nodes.count)
        var waiting: [(node: Int, level: Int)] = []
        for (index, node) in nodes.enumerated() {
            if node.parent >= 0 { calls[node.parent].append(index) } else { waiting.append((index, 0)) }
        }
        waiting.reverse()
        var order: [(node: Int, level: Int)] = []
        while let next = waiting.popLast() {
            order.append(next)
            for call in calls[next.node].reversed() { waiting.append((call, next.level + 1)) }
        }
        return order
    }
}
