/// A comment whose text goes on in the next lines: an event's text may have line ends of its own.
struct OpenComment: Sendable {
    /// What it says, for those who ask for other events.
    private(set) var text: [UInt8] = []
    private let keepsText: Bool
    private var end = CommentLine.End.closed
    /// Bytes of the text so far.
    private var length = 0

    /// The kernel has no room for more; a comment that has lost its end ends here at the latest.
    private static let limit = 8192

    var isOpen: Bool { end != .closed }

    init(keepsText: Bool) { self.keepsText = keepsText }

    mutating func begin(_ comment: CommentLine, _ line: Span<UInt8>) {
        end = comment.end
        length = comment.text.count
        text.removeAll(keepingCapacity: true)
        if keepsText { text += comment.text.map { line[$0] } }
    }

    /// True if `line` belongs to the comment, whatever it looks like on its own.
    mutating func goesOn(_ line: Span<UInt8>, _ parsed: TextLine) -> Bool {
        guard end != .closed else { return false }
        length += line.count
        guard length <= Self.limit, !isNextEvent(parsed) else {
            end = .closed
            return false
        }
        var last = line.trimmedEnd()
        if end == .open, line.has("*/", at: last - 2) || line.has("[LINE TOO BIG]", at: last - 14) {
            end = .closed
            if line.has("*/", at: last - 2) { last -= 2 }
        }
        if keepsText {
            let more = line.trimmed(0..<last)
            text += (more.isEmpty ? [] : [space]) + more.map { line[$0] }
        }
        return true
    }

    /// With its end mark cut off, a comment is over with the next line that says where it comes from.
    private func isNextEvent(_ parsed: TextLine) -> Bool {
        switch parsed {
        case .graph(let graph): graph.hasColumns
        case .comment, .taskSwitch, .loss, .rawEvent, .damaged, .treeTitle: true
        case .unparsed: false
        case .structure, .header, .overruns: end == .beforeNextEvent
        }
    }
}
