import Testing

@testable import GraphParser

/// A line and what it must be understood as.
struct LineCase: CustomTestStringConvertible, Sendable {
    let line: String
    let expected: String

    init(_ line: String, _ expected: String) { (self.line, self.expected) = (line, expected) }

    var testDescription: String { line }

    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        let bytes = Array(line.utf8)
        let parsed = LineParser.parse(bytes.span, inBody: false)
        #expect(parsed.description(in: bytes) == expected, sourceLocation: sourceLocation)
    }
}

extension TextLine {
    /// In words, with what the ranges stand for.
    func description(in bytes: [UInt8]) -> String {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        switch self {
        case .graph(let graph):
            var parts = graph.origin(text) + ["d\(graph.depth)"]
            if let duration = graph.duration {
                parts.append("\(duration)ns" + (graph.precision.rounding > 0 ? "±\(graph.precision.rounding)" : ""))
            }
            return (parts + ["'\(text(graph.name))'"]).joined(separator: " ")
        case .comment(let comment):
            return (comment.columns.origin(text) + ["'\(text(comment.text))'", "\(comment.end)"])
                .joined(separator: " ").replacing("entry", with: "comment")
        case .taskSwitch(let cpu, let from, let to):
            return "switch cpu\(cpu) '\(text(from.comm))'-\(from.tid) '\(text(to.comm))'-\(to.tid)"
        case .loss(let cpu, let count): return "loss cpu\(cpu) " + (count.map(String.init) ?? "-")
        case .header(.tracer(let name)): return "tracer " + text(name)
        case .header(.release(let release)): return "release " + text(release)
        case .header(.entries(let kept, let written)): return "entries \(kept) of \(written)"
        case .header(let header): return "header \(header)"
        case .treeTitle(let task, let isFragment):
            return (isFragment ? "fragment " : "tree ") + (task.map { "'\(text($0.comm))'-\($0.tid)" } ?? "-")
        case .overruns(let count): return "overruns \(count)"
        case .damaged: return "damaged"
        case .rawEvent: return "raw"
        case .structure: return "structure"
        case .unparsed: return "unparsed"
        }
    }
}

extension GraphLine {
    /// Kind, time, CPU and task.
    func origin(_ text: (Range<Int>) -> String) -> [String] {
        var parts = ["\(kind)"]
        if !source.isEmpty { parts.append("of \(text(source))") }
        if let time = timestamp { parts.append("\(time)") }
        if let cpu = cpu { parts.append("cpu\(cpu)") }
        if let tid = tid { parts.append("'\(text(comm))'-\(tid)") }
        return parts
    }
}
