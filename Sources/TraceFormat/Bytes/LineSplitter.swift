import Glibc

/// Cuts bytes that come in pieces into lines, each without its newline.
package struct LineSplitter {
    /// Lines longer than this are passed over: they must not take memory, and no line of a kernel's file is.
    package static let maxSize = 4096

    /// The begin of a line whose end has not come yet.
    private var begun: [UInt8] = []
    private var isOverlong = false

    package init() {}

    package mutating func feed(_ piece: Span<UInt8>, _ line: (Span<UInt8>) -> Void) {
        var start = 0
        while let end = Self.newline(in: piece, from: start) {
            if begun.isEmpty && !isOverlong {
                if end - start <= Self.maxSize { line(piece.extracting(start..<end)) }
            } else {
                keep(piece.extracting(start..<end))
                finish(line)
            }
            start = end + 1
        }
        keep(piece.extracting(start..<piece.count))
    }

    /// To be called at the end: hands on a last line that has no newline.
    package mutating func finish(_ line: (Span<UInt8>) -> Void) {
        if !begun.isEmpty && !isOverlong { line(begun.span) }
        begun.removeAll(keepingCapacity: true)
        isOverlong = false
    }

    private mutating func keep(_ part: Span<UInt8>) {
        isOverlong = isOverlong || begun.count + part.count > Self.maxSize
        if isOverlong { return }
        part.withUnsafeBufferPointer { begun.append(contentsOf: $0) }
    }

    private static func newline(in piece: Span<UInt8>, from start: Int) -> Int? {
        // The pointer stays inside the closure; the search ends with the piece.
        piece.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            return memchr(base + start, 0x0a, bytes.count - start).map { UnsafeRawPointer($0) - base }
        }
    }
}
