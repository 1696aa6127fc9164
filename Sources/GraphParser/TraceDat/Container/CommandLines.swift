import TraceFormat

/// The names of tasks that a kernel has saved: lines of `TID name`.
struct CommandLines {
    private var lines = LineSplitter()
    private var kept = Kept()

    /// By thread ID.
    var names: [Int32: String] { kept.names }

    init() {}

    init(_ text: [UInt8]) {
        feed(text.span)
        finish()
    }

    mutating func feed(_ piece: Span<UInt8>) { lines.feed(piece) { kept.add($0) } }

    /// To be called when all has been fed.
    mutating func finish() { lines.finish { kept.add($0) } }

    private struct Kept {
        var names: [Int32: String] = [:]

        /// The kernel does not save more names.
        private static let maxNames = 1 << 16
        /// Bytes of a name that are kept.
        private static let maxNameSize = 256

        mutating func add(_ line: Span<UInt8>) {
            guard names.count < Self.maxNames else { return }
            let parts = line.withUnsafeBufferPointer {
                $0.split(separator: space, maxSplits: 1).map { [UInt8]($0.prefix(Self.maxNameSize)) }
            }
            guard parts.count == 2, let tid = Int32(String(decoding: parts[0], as: UTF8.self)) else { return }
            names[tid] = printable(parts[1])
        }
    }
}
