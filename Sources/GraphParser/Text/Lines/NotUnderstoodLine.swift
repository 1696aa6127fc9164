import TraceFormat

/// A line of a text that was not understood, for those who want to know why.
public struct NotUnderstoodLine: Equatable, Sendable {
    /// In the text, from 1.
    public let number: Int
    /// Its beginning, fit for a terminal.
    public let text: String

    /// So many are kept, and so many bytes of each.
    static let maxCount = 20
    private static let maxSize = 200

    init(_ line: Span<UInt8>, number: Int) {
        self.number = number
        let end = Swift.min(line.count, Self.maxSize)
        text = printable((0..<end).map { line[$0] }) + (end < line.count ? " ..." : "")
    }
}
