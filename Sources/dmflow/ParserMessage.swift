import TraceFormat

/// What the argument parser says about arguments, some of which it repeats as they are.
struct ParserMessage {
    private let text: String

    init(_ text: String, about arguments: [String]) {
        // A newline in an argument would begin a line that nobody has written. The parser quotes what it repeats.
        let repeated = arguments.flatMap { [$0, String($0.drop { $0 != "=" }.dropFirst())] }
        self.text = repeated.filter { $0.contains(where: \.isNewline) }.reduce(text) { text, argument in
            text.replacing("'\(argument)'", with: "'\(TraceFormat.printable(argument))'")
        }
    }

    /// Line by line, so that the parser's own lines stay.
    var printable: String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { TraceFormat.printable($0) + "\n" }.joined()
    }
}
