/// Reads a text ahead of its reader, for a survey. It goes on where the last survey ended, since each begins behind the one
/// before: so what is decompressed while it is read is decompressed once more in all, not once for each trace in it. Only a survey
/// that went beyond its trace, since that has no columns, makes the next one begin anew.
struct LookAhead: Sendable {
    private var file: InputFile
    private var piece: [UInt8] = []
    /// Where the piece begins in the text, and how many bytes it has.
    private var start = 0
    private var count = 0

    private static let pieceSize = 256 << 10

    init(_ file: InputFile) throws(TraceError) { self.file = try file.reopened() }

    /// Surveys a text whose bytes up to `offset` the survey has seen.
    mutating func complete(_ survey: inout TextSurvey, from offset: Int) throws(TraceError) {
        var offset = offset
        while !survey.isDone {
            try read(offset)
            let end = start + count
            guard offset < end else { return survey.finish() }
            survey.feed(piece.span.extracting((offset - start)..<count))
            offset = end
        }
    }

    /// Reads until the piece holds the byte at `offset`, or the text is over.
    private mutating func read(_ offset: Int) throws(TraceError) {
        if offset < start {
            file = try file.reopened()
            (start, count) = (0, 0)
        }
        while offset >= start + count {
            start = file.isSequential ? start + count : offset
            count = try file.read(at: start, into: &piece, count: Self.pieceSize)
            if count == 0 { return }
        }
    }
}
